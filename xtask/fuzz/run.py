#!/usr/bin/env python3
"""Schemathesis against a fresh Insula with two tenants: an owner whom it speaks as, and a neighbour who must see nothing.

What is asked and checked is in schemathesis.toml. Options other than --binary are Schemathesis's own.
"""

import argparse
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from contextlib import contextmanager
from pathlib import Path

from tenants import Tenant, wait_for

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = ROOT / "target" / "fuzz"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="an insula that is built already")
    options, further = parser.parse_known_args()
    binary = options.binary.resolve() if options.binary else build()
    schemathesis = installed()
    with tempfile.TemporaryDirectory(prefix="insula-fuzz-") as folder, served(binary, Path(folder)) as api:
        owner, neighbour = (Tenant(api, Path(folder) / "mail", name) for name in ("owner", "neighbour"))
        owner.furnish()
        (TARGET / "auth.json").write_text(json.dumps({"auth": [signing_in(owner), signed_in(neighbour)]}))
        command = [schemathesis, "--config-file", HERE / "schemathesis.toml", "run", f"{api}/openapi.json", *further]
        settings = {"FUZZ_HOOKS": str(HERE / "hooks.py"), "FUZZ_AUTH": str(TARGET / "auth.json")}
        return subprocess.run(command, cwd=TARGET, env=os.environ | settings).returncode


def build():
    subprocess.run(["cargo", "build", "--package", "app"], cwd=ROOT, check=True)
    return ROOT / "target" / "debug" / "insula"


def installed():
    """Schemathesis as requirements.txt pins it, in an environment of its own."""
    environment, wanted = TARGET / "venv", HERE / "requirements.txt"
    kept = environment / "installed.txt"
    if not kept.exists() or kept.read_bytes() != wanted.read_bytes():
        venv.create(environment, clear=True, with_pip=True)
        pip = [environment / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--requirement", wanted], check=True)
        kept.write_bytes(wanted.read_bytes())
    return environment / "bin" / "schemathesis"


@contextmanager
def served(binary, folder):
    """The address of an Insula that ends with the block. It has DATABASE_URL and REDIS_URL, if they are set."""
    settings = {
        "INSULA_HTTP__ADDRESS": "127.0.0.1:0",
        "INSULA_DATA__FOLDER": str(folder),
        "INSULA_LOGS__FORMAT": "json",
        # All requests come from one address and most with one credential.
        "INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_CREDENTIAL": "10000000",
        "INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_TENANT": "10000000",
        "INSULA_LIMITS__PUBLIC_PER_MINUTE_PER_ADDRESS": "10000000",
        "INSULA_LIMITS__TRIES_PER_MINUTE_PER_ACCOUNT": "10000000",
        # The address that each request tells: see hooks.py.
        "INSULA_HTTP__TRUSTED_PROXIES": "127.0.0.0/8",
        # The neighbour signs in once.
        "INSULA_DOMAINS__USERS__ACCESS_TOKEN_MINUTES": "1440",
        # And nobody proves anew who they are.
        "INSULA_DOMAINS__USERS__FRESH_MINUTES": "1440",
        # A database server wants both; they do no harm without one.
        "INSULA_SECRETS__MASTER_KEY": base64.b64encode(os.urandom(32)).decode(),
        "INSULA_BLOBS__SHARED": "true",
    }
    log = TARGET / "insula.log"
    with log.open("w") as output:
        node = subprocess.Popen([binary, "serve"], cwd=folder, env=os.environ | settings, stderr=output)
    try:
        yield f"http://{wait_for(lambda: address(node, log), f'no address in {log}')}/api/v1"
    finally:
        node.terminate()
        node.wait()


def address(node, log):
    if node.poll() is not None:
        sys.exit(f"insula did not start:\n{log.read_text()}")
    told = re.search(r'Insula is ready.*"address":"([^"]+)"', log.read_text())
    return told[1] if told else None


def signing_in(tenant):
    """Again whenever it is told 401, so that signing out can be tried like anything else."""
    token = {
        "extractFrom": "body",
        "extractSelector": "/access_token",
        "sendIn": "header",
        "sendName": "Authorization",
        "sendTemplate": "Bearer {token}",
    }
    login = {
        "endpoint": "/api/v1/users/sign-in",
        "verb": "POST",
        "contentType": "application/json",
        "payloadRaw": json.dumps(tenant.person),
        "token": token,
    }
    return {"name": "owner", "loginEndpointAuth": login}


def signed_in(tenant):
    headers = [{"name": name, "value": value} for name, value in tenant.headers.items()]
    return {"name": "neighbour", "fixedHeaders": headers}


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    sys.exit(main())
