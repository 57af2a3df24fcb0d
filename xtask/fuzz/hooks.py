"""What Schemathesis cannot know of Insula by itself. It loads this file: see `hooks` in schemathesis.toml."""

import json
import os
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path

import requests
import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData

# By the code of a problem or of each of its errors: why a request that matches its schema may be refused with it.
NOT_OF_THE_SCHEMA = {
    "ambiguous": "of two fields only one may be given; the document says it in words",
    "cannot_decide": "depends on what there is",
    "code_required": "depends on what there is",
    "conditions_conflict": "two headers that exclude each other",
    "content_digest_mismatch": "a header that depends on the body",
    "content_digest_required": "a header that another header demands",
    "contradiction": "of two fields one forbids the other; the document does not say it",
    "control_character": "no name or reference has them; the document does not say it at each",
    "dots_alone": "`.` and `..` are no references; JSON Schema has no plain words for all but two",
    "idempotency_key_reused": "depends on the requests before",
    "imports.not_csv": "what is in a file",
    "in_the_future": "depends on the clock",
    "in_the_past": "depends on the clock",
    "inactive": "depends on what there is",
    "invalid_cursor": "only what was given out is a cursor",
    "invalid_email": "JSON Schema takes more for an address than mail servers do",
    "invalid_range": "JSON Schema has no words for networks",
    "keeps_no_secret": "of two fields one forbids the other; the document says it in words",
    "missing": "one of two fields is needed; the document says it in words",
    "negative": "Money and Quantity are one schema each, and what a field bounds further it says in words",
    "no_answer": "only a device answers a challenge",
    "not_a_member": "depends on what there is",
    "not_an_address": "JSON Schema takes more for an address than mail servers do",
    "not_found": "depends on what there is",
    "not_positive": "as `negative`",
    "not_a_redirect_uri": "JSON Schema has no words for where a browser may be sent",
    "nothing_begins": "of a few words one is needed; the document says what each does",
    "nothing_to_renew": "as `nothing_begins`",
    "nul_character": "no text at all has it; the document does not say it at each",
    "of_subscription": "depends on what there is",
    "one_of": "one of two fields is needed; the document says it in words",
    "out_of_range": "as `negative`",
    "passkey_required": "depends on how the session began",
    "password_required": "depends on how the session began",
    "too_early": "JSON Schema has no words for a span of time",
    "too_large": "as `negative`",
    "unknown": "depends on what there is",
    "unknown_ceremony": "depends on the requests before",
    "unknown_report": "depends on what there is",
    "users.link_invalid": "only what was mailed is a link",
    "version_mismatch": "depends on the requests before",
    "withheld": "a permission of a person's own; the document says it in words",
    "wrong_number": "one list is empty or not as another is",
}

NUMBERS = count()

NEIGHBOUR = next(
    {header["name"]: header["value"] for header in identity["fixedHeaders"]}
    for identity in json.loads(Path(os.environ["FUZZ_AUTH"]).read_text())["auth"]
    if identity["name"] == "neighbour"
)


@schemathesis.hook
def before_call(ctx, case, kwargs):
    number = next(NUMBERS)
    # Of one address, few requests without a credential are heard in a minute.
    case.headers["X-Forwarded-For"] = str(IPv4Address("10.0.0.0") + number)
    key = case.headers.get("Idempotency-Key", "")
    # Most of those made up are "0", and a key that was used for another request goes no further.
    if key.isascii() and key.isalnum() and len(key) < 200:
        case.headers["Idempotency-Key"] = f"{key}-{number}"


@schemathesis.hook
def filter_failure(ctx, failure, case, response):
    """Keeps all but what NOT_OF_THE_SCHEMA explains."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    problem = response.json()
    return not all(is_explained(fault) for fault in problem.get("errors") or [problem])


def is_explained(fault):
    # What a report takes is told by GET /reports/definitions, and to JSON Schema 1.0 is an integer.
    of_a_report = fault.get("pointer", "").startswith("/parameters/")
    of_a_float = ".0, expected a whole number" in fault["detail"]
    return fault["code"] in NOT_OF_THE_SCHEMA or of_a_report or of_a_float


@schemathesis.check
def unknown_to_the_neighbour(ctx, response, case):
    """Whatever the owner may do with a thing by its id, the neighbour is told 404.

    The check `object_level_authorization` asks for reads alone.
    """
    if "{id}" not in case.operation.path or not 200 <= response.status_code < 300:
        return
    asked = [response.request.copy()]
    if case.operation.schema.find_operation_by_label(f"DELETE {case.operation.path}") and case.method == "GET":
        # The owner's own DELETE comes too early for this check: what is gone is a 404 to everybody.
        asked.append(requests.Request("DELETE", response.request.url.partition("?")[0]).prepare())
    for request in asked:
        request.headers.update(NEIGHBOUR)
        with requests.Session() as session:
            told = session.send(request, timeout=30)
        if told.status_code != 404:
            raise Failure(
                operation=case.operation.label,
                title="The neighbour was not told 404",
                message=f"{request.method} {request.url} by the neighbour: {told.status_code} {told.text}",
            )
