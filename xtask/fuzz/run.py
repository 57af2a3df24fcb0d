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
import time
import urllib.request
import venv
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = ROOT / "target" / "fuzz"
START_TIMEOUT_S = 30


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="an insula that is built already")
    options, further = parser.parse_known_args()
    binary = options.binary or build()
    schemathesis = installed()
    with tempfile.TemporaryDirectory(prefix="insula-fuzz-") as folder, served(binary, Path(folder)) as (api, owner):
        identities = [signing_in("owner", owner), signed_in("neighbour", sign_up(api, Path(folder)))]
        (TARGET / "auth.json").write_text(json.dumps({"auth": identities}))
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
    """The address of an Insula that ends with the block, and who owns the demo tenant, which has one of most things."""
    settings = {
        "INSULA_HTTP__ADDRESS": "127.0.0.1:0",
        "INSULA_LOGS__FORMAT": "json",
        # All requests come from one address and most with one credential.
        "INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_CREDENTIAL": "10000000",
        "INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_TENANT": "10000000",
        "INSULA_LIMITS__PUBLIC_PER_MINUTE_PER_ADDRESS": "10000000",
        # The address that each request tells: see hooks.py.
        "INSULA_HTTP__TRUSTED_PROXIES": "127.0.0.0/8",
        # The neighbour signs in once.
        "INSULA_DOMAINS__USERS__ACCESS_TOKEN_MINUTES": "1440",
        # A database server wants both; they do no harm without one.
        "INSULA_SECRETS__MASTER_KEY": base64.b64encode(os.urandom(32)).decode(),
        "INSULA_BLOBS__SHARED": "true",
    }
    log, told = TARGET / "insula.log", TARGET / "insula.txt"
    with log.open("w") as stderr, told.open("w") as stdout:
        command = [binary, "demo", "--folder", folder]
        node = subprocess.Popen(command, cwd=folder, env=os.environ | settings, stdout=stdout, stderr=stderr)
    try:
        yield wait_for(lambda: furnished(node, log.read_text(), told.read_text()), f"no demo tenant: see {log}")
    finally:
        node.terminate()
        node.wait()


def furnished(node, log, told):
    if node.poll() is not None:
        sys.exit(f"insula did not start:\n{log}")
    address = re.search(r'Insula is ready.*"address":"([^"]+)"', log)
    owner = re.search(r"e-mail +(\S+)\n +password +(\S+)\n", told)
    return (f"http://{address[1]}/api/v1", {"email": owner[1], "password": owner[2]}) if address and owner else None


def sign_up(api, folder):
    """An access token of the owner of a new tenant."""
    person = {"email": "neighbour@example.com", "password": "correct horse battery staple"}
    post(f"{api}/users/sign-up", person | {"display_name": "Ada Lovelace", "organization_name": "Analytical Engines"})
    token = wait_for(lambda: mailed_token(folder / "mail", person["email"]), "no mail to the neighbour")
    post(f"{api}/users/verify-email", {"token": token, "password": person["password"]})
    return post(f"{api}/users/sign-in", person)["access_token"]


def mailed_token(folder, email):
    for mail in folder.glob("*.eml"):
        # Quoted-printable breaks long lines with "=" and writes "=" as "=3D".
        text = re.sub("=\r?\n", "", mail.read_text()).replace("=3D", "=")
        link = re.search(r"verify-email\?token=(\S+)", text)
        if email in text and link:
            return link[1]
    return None


def signing_in(name, person):
    """Signs in again whenever it is told 401, so that signing out can be tried like anything else."""
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
        "payloadRaw": json.dumps(person),
        "token": token,
    }
    return {"name": name, "loginEndpointAuth": login}


def signed_in(name, token):
    return {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def wait_for(found, fault):
    deadline = time.monotonic() + START_TIMEOUT_S
    while (value := found()) is None:
        if time.monotonic() > deadline:
            sys.exit(fault)
        time.sleep(0.1)
    return value


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    sys.exit(main())
