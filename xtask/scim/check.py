"""All checks of scim2-tester on the server at the address in the argument, with the key in SCIM_KEY."""

import os
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

# What is left out is told and is no failure: a search over both types at once, which is not offered.
FAILURES = (Status.ERROR, Status.CRITICAL, Status.DEVIATION)


def main():
    headers = {"Authorization": f"Bearer {os.environ['SCIM_KEY']}"}
    results = check_server(SyncSCIMClient(Client(base_url=sys.argv[1], headers=headers)))
    for result in results:
        print(f"{result.status.name:10} {result.title} {result.resource_type or ''}: {result.reason}")
        if result.status in FAILURES and result.data:
            print(f"           {result.data}")
    failed = sum(result.status in FAILURES for result in results)
    print(f"scim2-tester: {len(results)} checks, {failed} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
