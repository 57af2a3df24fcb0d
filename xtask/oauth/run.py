#!/usr/bin/env python3
"""Authlib as a program of others against a fresh Insula: it gets, uses, renews and gives back tokens as its own documentation says."""

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = ROOT / "target" / "oauth"

# What starts an Insula for the fuzzer starts one here.
sys.path.insert(0, str(HERE.parent / "fuzz"))
import run as fuzz  # noqa: E402
from tenants import Tenant  # noqa: E402

BACK = "http://127.0.0.1:9/signed-in"
SCOPES = ["email", "openid", "users.members.read", "users.profile.read"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="an insula that is built already")
    options = parser.parse_args()
    binary = options.binary.resolve() if options.binary else fuzz.build()
    python = installed()
    fuzz.TARGET = TARGET  # its log
    with tempfile.TemporaryDirectory(prefix="insula-oauth-") as folder, fuzz.served(binary, Path(folder)) as api:
        owner = Tenant(api, Path(folder) / "mail", "owner")
        settings = {
            "OAUTH_BASE": api.removesuffix("/api/v1"),
            "OAUTH_BACK": BACK,
            "OAUTH_EMAIL": owner.person["email"],
            "OAUTH_PASSWORD": owner.person["password"],
            # It is HTTP, on this machine.
            "AUTHLIB_INSECURE_TRANSPORT": "1",
        }
        for name, client in clients(owner).items():
            settings[f"OAUTH_{name}_ID"] = client["client_id"]
            settings[f"OAUTH_{name}_SECRET"] = client["secret"] or ""
        return subprocess.run([python, HERE / "check.py"], env=os.environ | settings).returncode


def clients(owner):
    """One on a server, one on a device, and one that acts for itself."""
    grants = ["authorization_code", "refresh_token"]
    of_people = {"name": "Planner", "grant_types": grants, "redirect_uris": [BACK], "scopes": SCOPES}
    machine = {"name": "Nightly", "grant_types": ["client_credentials"], "scopes": ["users.members.read"]}
    bodies = {
        "SERVER": of_people | {"confidential": True},
        "DEVICE": of_people | {"confidential": False},
        "MACHINE": machine | {"confidential": True},
    }
    return {name: owner.post("/users/oauth-clients", body) for name, body in bodies.items()}


def installed():
    """Authlib as requirements.txt pins it, in an environment of its own."""
    environment, wanted = TARGET / "venv", HERE / "requirements.txt"
    kept = environment / "installed.txt"
    if not kept.exists() or kept.read_bytes() != wanted.read_bytes():
        venv.create(environment, clear=True, with_pip=True)
        pip = [environment / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--requirement", wanted], check=True)
        kept.write_bytes(wanted.read_bytes())
    return environment / "bin" / "python"


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    sys.exit(main())
