"""What Authlib does with the clients that run.py has registered: run in its environment, with the OAUTH_* variables of it."""

import html
import os
import re
import secrets
import sys
import time

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

BASE, BACK = os.environ["OAUTH_BASE"], os.environ["OAUTH_BACK"]
EMAIL, PASSWORD = os.environ["OAUTH_EMAIL"], os.environ["OAUTH_PASSWORD"]
API = f"{BASE}/api/v1/users"
SCOPE = "openid email users.members.read users.profile.read"


def main():
    said = requests.get(f"{BASE}/.well-known/openid-configuration").json()
    # The server was told to find a port of its own, and does not know by which it is reached.
    at = {name: url.replace(said["issuer"], BASE) for name, url in said.items() if name.endswith(("_endpoint", "_uri"))}
    for name, method in (("SERVER", "client_secret_basic"), ("SERVER", "client_secret_post"), ("DEVICE", "none")):
        of_a_person(name, method, at, said)
        print(f"{name.lower()}, {method}: good")
    of_a_machine(at)
    print("machine: good")


def session(name, method, **more):
    secret = os.environ[f"OAUTH_{name}_SECRET"] or None
    return OAuth2Session(
        os.environ[f"OAUTH_{name}_ID"],
        secret,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        **more,
    )


def of_a_person(name, method, at, said):
    client = session(name, method, scope=SCOPE, redirect_uri=BACK, code_challenge_method="S256")
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    page, state = client.create_authorization_url(at["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
    back = consented(page)
    found = {"authorization_response": back, "state": state, "code_verifier": verifier}
    tokens = client.fetch_token(at["token_endpoint"], **found)
    require(sorted(tokens["scope"].split()) == sorted(SCOPE.split()), tokens["scope"])

    keys = KeySet.import_key_set(requests.get(at["jwks_uri"]).json())
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["EdDSA"]).claims
    require((claims["iss"], claims["aud"]) == (said["issuer"], client.client_id), claims)
    require((claims["nonce"], claims["email"]) == (nonce, EMAIL) and claims["exp"] > time.time(), claims)
    require(client.get(f"{API}/me").json()["email"] == EMAIL, "who is it")
    require(client.get(f"{API}/members").status_code == 200, "its scope")
    require(client.get(f"{API}/roles").status_code == 403, "not its scope")

    former = tokens["access_token"]
    renewed = client.refresh_token(at["token_endpoint"], refresh_token=tokens["refresh_token"])
    require(renewed["access_token"] != former, "another one")
    require(client.get(f"{API}/members").status_code == 200, "the new one")
    if method != "none":
        told = client.introspect_token(at["introspection_endpoint"], token=renewed["access_token"]).json()
        require(told["active"] and told["client_id"] == client.client_id, told)
    gone = client.revoke_token(at["revocation_endpoint"], token=renewed["refresh_token"])
    require(gone.status_code == 200, gone.text)
    refused(lambda: client.refresh_token(at["token_endpoint"], refresh_token=renewed["refresh_token"]), "invalid_grant")


def of_a_machine(at):
    client = session("MACHINE", "client_secret_basic", scope="users.members.read")
    tokens = client.fetch_token(at["token_endpoint"], grant_type="client_credentials")
    require("refresh_token" not in tokens, tokens)
    require(client.get(f"{API}/members").status_code == 200, "its scope")
    beyond = session("MACHINE", "client_secret_basic", scope="users.roles.read")
    refused(lambda: beyond.fetch_token(at["token_endpoint"], grant_type="client_credentials"), "invalid_scope")


def consented(page):
    """Where a browser is sent whose owner signs in and says yes."""
    browser = requests.Session()
    shown = browser.get(page)
    person = {"csrf": csrf(shown), "email": EMAIL, "password": PASSWORD, "code": ""}
    shown = browser.post(action(shown), data=person)
    answer = {"csrf": csrf(shown), "decision": "allow"}
    return browser.post(action(shown), data=answer, allow_redirects=False).headers["Location"]


def csrf(shown):
    return re.search(r'name="csrf" value="([^"]+)"', shown.text)[1]


def action(shown):
    return BASE + html.unescape(re.search(r'action="([^"]+)"', shown.text)[1])


def refused(asked, error):
    try:
        told = asked()
    except OAuthError as failure:
        require(failure.error == error, failure)
    else:
        require(False, told)


def require(holds, what):
    if not holds:
        sys.exit(f"failed: {what}")


if __name__ == "__main__":
    main()
