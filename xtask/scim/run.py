#!/usr/bin/env python3
"""scim2-tester and scim-sanity against a fresh Insula, as the directory of a tenant.

They make, change and delete users and groups over /scim/v2 by a key of the tenant's owner.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = ROOT / "target" / "scim"

# What starts an Insula for the fuzzer starts one here.
sys.path.insert(0, str(HERE.parent / "fuzz"))
import run as fuzz  # noqa: E402
from tenants import Tenant  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="an insula that is built already")
    options = parser.parse_args()
    binary = options.binary.resolve() if options.binary else fuzz.build()
    programs = installed()
    fuzz.TARGET = TARGET  # its log
    with tempfile.TemporaryDirectory(prefix="insula-scim-") as folder, fuzz.served(binary, Path(folder)) as api:
        owner = Tenant(api, Path(folder) / "mail", "owner")
        key = owner.post("/users/api-keys", {"name": "Directory", "role": "owner"})["secret"]
        base = api.removesuffix("/api/v1") + "/scim/v2"
        tester = subprocess.run([programs / "python", HERE / "check.py", base], env=os.environ | {"SCIM_KEY": key})
        probe = [programs / "scim-sanity", "probe", base, "--token", key, "--strict", "--i-accept-side-effects"]
        sanity = subprocess.run(probe)
    failed = [name for name, run in (("scim2-tester", tester), ("scim-sanity", sanity)) if run.returncode]
    print(f"failed: {', '.join(failed)}" if failed else "both pass")
    return 1 if failed else 0


def installed():
    """The testers as requirements.txt pins them, in an environment of their own."""
    environment, wanted = TARGET / "venv", HERE / "requirements.txt"
    kept = environment / "installed.txt"
    if not kept.exists() or kept.read_bytes() != wanted.read_bytes():
        venv.create(environment, clear=True, with_pip=True)
        pip = [environment / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--requirement", wanted], check=True)
        kept.write_bytes(wanted.read_bytes())
    return environment / "bin"


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    sys.exit(main())
