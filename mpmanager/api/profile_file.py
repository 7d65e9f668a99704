"""The fields of a profile's file; `resources/schema/profile.schema.json` is made from them."""

from typing import Literal

import msgspec

from mpmanager.api.structures import Trigger, Wait
from mpmanager.model.policy import Intent
from mpmanager.model.trust import Trust


class _Table(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    pass


class TierEntry(_Table, kw_only=True):
    """When paths may be used."""

    paths: str
    """`metered`, `unmetered`, `trusted`, `untrusted`, `any`, `kind:wifi`, `kind:wifi:2` (by name the second), or
    `path:wlan0`."""
    tier: str
    """`always`, `when-needed`, `backup`, `never`, or `auto` (what their kind suggests)."""


class PairEntry(_Table, kw_only=True):
    """How long data on some paths may wait before others help."""

    carrier: str
    """`kind:wifi`, `kind:wifi:2`, or `path:wlan0`, which means something on one machine only."""
    helper: str
    wait_ms: Wait


class _Says(_Table, kw_only=True):
    wait_ms: Wait | None = None
    """Milliseconds, 0 to 60,000, or `never`."""
    intent: Intent | None = None
    trust: str | None = None
    """`any`, `handshake`, `handshake-strict`, `first:BYTES`, `first-strict:BYTES` or `only`."""
    multipath: bool | None = None
    lowest_delay: bool | None = None
    big_transfers_to: str | None = None
    """`kind:xdsl`, `kind:xdsl:2`, or `path:dsl0`."""
    big_over_bytes: int | None = None
    leave_on_marks: Trigger | None = None
    leave_on_loss: Trigger | None = None
    tiers: list[TierEntry] = []
    pairs: list[PairEntry] = []


class DefaultsTable(_Says, kw_only=True):
    """What holds where no policy says anything else."""


class PolicyTable(_Says, kw_only=True):
    """What holds for some applications."""

    selector: str
    """Such as `app:org.mozilla.firefox` or `exe:/usr/bin/ssh host:*.example.org`."""


class TrustTable(_Table, kw_only=True):
    """How far networks are trusted."""

    wires_need_login: bool | None = None
    """Whether a cable is trusted only with a login (802.1X)."""
    networks: dict[str, Trust] = {}
    """By what names them: `wifi:SSID/wpa2`, `gateway:02:00:5e:00:53:01`."""


class SignatureTable(_Table, kw_only=True):
    """Who vouches for all that stands before this table, which is the last one."""

    signer: str
    key: str
    """Ed25519, base64."""
    fingerprint: str
    """Of the key: `SHA256:` and base64 without `=`."""
    signature: str
    """Base64."""


class ProfileFile(_Table, kw_only=True):
    """A profile of mpmanager, as TOML."""

    version: Literal[1]
    name: str
    description: str = ""
    trust: TrustTable = msgspec.field(default_factory=TrustTable)
    tiers: list[TierEntry] = []
    """Of all applications; the first that is about a path counts."""
    defaults: DefaultsTable = msgspec.field(default_factory=DefaultsTable)
    policies: list[PolicyTable] = []
    signature: SignatureTable | None = None
