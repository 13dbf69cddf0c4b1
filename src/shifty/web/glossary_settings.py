"""The words of keys, projects, webhooks and the audit log: as in ``glossary.py``."""

from collections.abc import Mapping
from typing import Final

from shifty.web.word import Word

_KEY: Final = "0f3a9c2e51b7d846"
_TEXT: Final = f"shf_{_KEY}_9b1c…"
_HOOK: Final = "3d8f0b0a-6c1e-4e55-9b0e-4b7a4f0f7f21"

SETTINGS: Final[Mapping[str, Word]] = {
    # Keys
    "keyId": Word("The key's id: the part between `shf_` and the next underscore.", _KEY),
    "ApiKeysAnswer.keys": Word("The keys.", []),
    "ApiKeyAnswer.key": Word("The key, without its secret.", None),
    "ApiKeyMade.key": Word("The same without its secret.", None),
    "ApiKey.id": Word("The key's id.", _KEY),
    "ApiKey.name": Word("What the key is for.", "CI of the shop"),
    "NewApiKey.name": Word("What the key is for.", "CI of the shop"),
    "scopes": Word("What it may do: `read`, `ingest`, `orchestrate`, `admin`.", ["read"]),
    "ApiKey.project": Word("The only project that it opens; null: all of the tenant's.", None),
    "NewApiKey.project": Word("The only project that it opens; null: all that the caller's key opens.", None),
    "expiresInDays": Word("Days until it ends by itself; null: never.", 90),
    "ApiKey.expiresAt": Word("When it ends by itself; null: never.", None),
    "revokedAt": Word("When it was revoked; null: it was not.", None),
    "lastUsedAt": Word("When it was last shown, to the minute; null: never.", "2024-12-09T10:00:00Z"),
    "isOwn": Word("Whether this call was made with it.", False),
    "ApiKeyMade.secret": Word("The key as it is sent: `Authorization: Bearer …`. It is shown only now.", _TEXT),
    # Projects
    "ProjectsAnswer.projects": Word("The projects of this page, the one with the newest run first.", []),
    "ProjectSummary.defaultBranch": Word(
        "The branch that history goes by; null: it is worked out from the runs.", "main"
    ),
    "healingMode": Word("Whether locators are healed: `off`, `propose` or `heal`.", "heal"),
    "ProjectSummary.healingVerdict": Word("What healed tests do to a run: `report`, `warn` or `fail`.", "warn"),
    "quarantineCap": Word("Tests that may be quarantined at once.", 20),
    "quarantineDays": Word("For how many days a rule of quarantine holds that says nothing else.", 14),
    "autoQuarantine": Word("Whether tests are quarantined by themselves.", False),
    "ProjectSummary.runs": Word("How many runs it has had.", 812),
    "ProjectSummary.createdAt": Word("When it was first heard of.", "2024-10-01T08:00:00Z"),
    "lastRunId": Word("Its newest run; null: it has none.", "550e8400-e29b-41d4-a716-446655440000"),
    "lastRunAt": Word("When that was made.", "2024-12-09T10:00:00Z"),
    "lastRunStatus": Word("How far it has come.", "completed"),
    "lastRunConclusion": Word("What it came to; null until it ends.", "passed"),
    # The audit log
    "AuditAnswer.entries": Word("The changes of this page, newest first.", []),
    "AuditEntry.id": Word("Grows with time.", 1204),
    "AuditEntry.at": Word("When.", "2024-12-09T10:00:00Z"),
    "AuditEntry.keyId": Word("Whose key made it; null: the administrator of the machine, by command.", _KEY),
    "keyName": Word("What that key was called then.", "laptop"),
    "AuditEntry.action": Word("What was done, such as `key.created`.", "key.created"),
    "AuditEntry.subject": Word("To what: an id, a name; may be empty.", _KEY),
    "AuditEntry.project": Word("The project that it concerns; null: the tenant as a whole.", None),
    "AuditEntry.details": Word("What there is to know beside; may be empty.", {"name": "CI of the shop"}),
    # Webhooks
    "webhookId": Word("The webhook's id.", _HOOK),
    "webhooks": Word("The webhooks.", []),
    "webhook": Word("The webhook, without its secret.", None),
    "Webhook.id": Word("The webhook's id.", _HOOK),
    "Webhook.url": Word("Where deliveries are sent.", "https://chat.example.com/hooks/shifty"),
    "NewWebhook.url": Word(
        "Where deliveries are sent: http or https, without a user name.", "https://chat.example.com/hooks/shifty"
    ),
    "WebhookUpdate.url": Word(
        "Where deliveries are sent from now on; left out: as before.", "https://chat.example.com/hooks/shifty"
    ),
    "Webhook.events": Word("Of what it is told: `run.finished`, `run.failed`.", ["run.failed"]),
    "NewWebhook.events": Word(
        "Of what it is told. `run.finished`: every run that ends; `run.failed`: one that failed or was cancelled.",
        ["run.failed"],
    ),
    "WebhookUpdate.events": Word("Of what it is told from now on; left out: as before.", ["run.failed"]),
    "Webhook.project": Word("Only of runs of this project; null: of all.", None),
    "NewWebhook.project": Word("Only of runs of this project; null: of all that the key opens.", None),
    "Webhook.enabled": Word("Whether it is told anything. What is due waits while it is off.", True),
    "Webhook.createdBy": Word("The id of the key that made it.", _KEY),
    "WebhookUpdate.enabled": Word("Whether it is told anything from now on; left out: as before.", True),
    "rotateSecret": Word("Make a new secret; the old one signs nothing from then on.", False),
    "WebhookChanged.secret": Word(
        "What deliveries are signed with, shown only now; null: it stays as it is.", "whsec_MfKQ9r8G…"
    ),
    "WebhookMade.secret": Word("What deliveries are signed with. It is shown only now.", "whsec_MfKQ9r8G…"),
    "waitingDeliveries": Word("Deliveries that are yet to be made.", 0),
    "lastDelivery": Word("The newest delivery; null: there is none.", None),
    "deliveries": Word("The deliveries of this page, newest first.", []),
    "delivery": Word("What became of it.", None),
    "Delivery.id": Word("What is sent as `webhook-id`, in each try.", "b1f2c7a0-53e7-4d2a-8d0f-6a1e0c4f9d11"),
    "Delivery.event": Word("`run.finished`, `run.failed` or `test`.", "run.failed"),
    "Delivery.runId": Word("The run that it tells of; null: it is a test.", "550e8400-e29b-41d4-a716-446655440000"),
    "Delivery.state": Word("`waiting`, `delivered` or `failed`: not tried again.", "delivered"),
    "Delivery.tries": Word("How often it was tried.", 1),
    "nextTryAt": Word("When it is tried again; null: it is not.", None),
    "Delivery.status": Word("The status of the last answer; null: none came.", 200),
    "Delivery.error": Word("Why the last try failed; null: it did not, or there was none.", None),
    "deliveredAt": Word("When it was taken; null: it was not.", "2024-12-09T10:02:06Z"),
}
