"""Tenants made through the public API, as everybody's are."""

import json
import re
import time
import urllib.request
from uuid import uuid4

PASSWORD = "correct horse battery staple"
PATIENCE_S = 30


class Tenant:
    """One who has signed up, by the API's address and the folder of its mail."""

    def __init__(self, api, mail, name):
        self.api, self.headers = api, {}
        self.person = {"email": f"{name}@example.com", "password": PASSWORD}
        names = {"display_name": "Ada Lovelace", "organization_name": "Analytical Engines"}
        self.post("/users/sign-up", self.person | names)
        link = wait_for(lambda: mailed_token(mail, self.person["email"]), f"no mail to {name}")
        self.post("/users/verify-email", {"token": link, "password": PASSWORD})
        token = self.post("/users/sign-in", self.person)["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def furnish(self):
        """Some of everything that has an id: of the ids that Schemathesis makes up, none names a thing."""
        cost = {"amount": 1800, "currency": "USD"}
        item = self.make("/inventory/items", {"sku": "CHAI", "name": "Chai", "unit_cost": cost})
        self.make(f"/inventory/items/{item}/receipts", {"quantity": "1000000"})
        self.make("/inventory/reservations", {"item_id": item, "quantity": "1"})
        self.make("/users/api-keys", {"name": "nightly"})

        customer = self.make("/billing/customers", {"name": "Babbage & Co"})
        product = self.make("/billing/products", {"name": "Engine time"})
        price = self.make(f"/billing/products/{product}/prices", {"unit_amount": cost, "interval": "month"})
        self.make("/billing/subscriptions", {"customer_id": customer, "price_id": price})

        over = {"total_over": {"amount": 1000, "currency": "USD"}}
        rule = {"name": "Over 10.00", "trigger": "billing.invoice_finalize", "approver": {"role": "admin"}}
        definition = self.make("/workflow/definitions", rule | {"condition": over})
        self.post(f"/workflow/definitions/{definition}/publish", {})
        line = {"description": "Difference engine", "quantity": "1", "unit_amount": cost}
        invoice = self.make("/billing/invoices", {"customer_id": customer, "lines": [line]})
        self.post(f"/billing/invoices/{invoice}/finalize", {})
        self.make("/billing/invoices", {"customer_id": customer, "lines": [line]})

        self.make("/reports/runs", {"report": "inventory.stock_valuation", "parameters": {}})
        upload = self.post("/imports/uploads?file_name=items.csv", b"sku,name\nCHANG,Chang\n", "text/csv")["id"]
        mapping = {"sku": {"column": "sku"}, "name": {"column": "name"}}
        run = {"upload_id": upload, "target": "inventory.items", "mode": "apply", "mapping": mapping}
        self.make("/imports/runs", run)

    def make(self, path, body):
        return self.post(path, body)["id"]

    def post(self, path, body, media_type="application/json"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = self.headers | {"Content-Type": media_type}
        if self.headers and media_type == "application/json":
            headers["Idempotency-Key"] = str(uuid4())
        with urllib.request.urlopen(urllib.request.Request(self.api + path, body, headers)) as answer:
            return json.load(answer)


def mailed_token(folder, email):
    for mail in folder.glob("*.eml"):
        # Quoted-printable breaks long lines with "=" and writes "=" as "=3D".
        text = re.sub("=\r?\n", "", mail.read_text()).replace("=3D", "=")
        link = re.search(r"verify-email\?token=(\S+)", text)
        if email in text and link:
            return link[1]
    return None


def wait_for(found, fault):
    deadline = time.monotonic() + PATIENCE_S
    while (value := found()) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(fault)
        time.sleep(0.1)
    return value
