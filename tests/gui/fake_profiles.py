"""The profiles of a daemon that is a script: what holds is a profile itself, and what another changes is computed."""

from dataclasses import dataclass, field

from mpmanager.api.profile_text import read_profile
from mpmanager.api.structures import PlacedReferenceInfo, ProfileChanges, ProfileInfo
from mpmanager.client.profiles import differences, merged_text
from mpmanager.model.errors import InvalidValueError, UnknownProfileError
from mpmanager.model.profile import BEFORE, MergeMode, ProfileChoice

OFFICE = """\
version = 1
name = "Office"
description = "At work: everything may go everywhere"

[trust.networks]
"wifi:Staff/wpa3" = "trusted"

[defaults]
wait_ms = 100
"""
CAFE = """\
version = 1
name = "Cafe"
description = "For open networks: nothing sensitive leaves trusted paths"

[trust]
wires_need_login = true

[trust.networks]
"wifi:Cafe/open" = "untrusted"

[[tiers]]
paths = "kind:lte"
tier = "when-needed"

[defaults]
wait_ms = 50

[[policies]]
selector = "app:org.mozilla.firefox"
trust = "only"
"""
NOW = """\
version = 1
name = "now"

[trust.networks]
"wifi:Staff/wpa3" = "trusted"

[defaults]
wait_ms = 100
"""
PLACES = {"kind:wifi": ["wlan0"], "kind:lte": ["wwan0"], "kind:xdsl": ["dsl0"], "metered": ["wwan0"]}


@dataclass
class FakeProfiles:
    """What the daemon keeps of profiles."""

    texts: dict[str, str] = field(default_factory=dict)
    holds: str = NOW
    active: str | None = None
    previous: str | None = None
    is_by_hand: bool = False
    follows: dict[str, str] = field(default_factory=dict)

    @classmethod
    def furnished(cls) -> "FakeProfiles":
        """Two profiles, one of which holds and follows a network, and what held before."""
        return cls(
            texts={"Office": OFFICE, "Cafe": CAFE, BEFORE: NOW.replace("now", "before")},
            holds=OFFICE,
            active="Office",
            is_by_hand=True,
            follows={"wifi:Cafe/open": "Cafe", "otherwise": "Office"},
        )

    def rows(self) -> list[ProfileInfo]:
        return [self._row(name) for name in sorted(self.texts)]

    def _row(self, name: str) -> ProfileInfo:
        reading = read_profile(self.texts[name])
        is_active = name == self.active
        choice = ProfileChoice.BY_HAND if self.is_by_hand else ProfileChoice.AUTOMATIC
        return ProfileInfo(
            name=name,
            description=reading.profile.description,
            active=is_active,
            changed=is_active and bool(differences(self.holds, self.texts[name])),
            chosen=choice if is_active else None,
            follows=[network for network, each in self.follows.items() if each == name],
            mistakes=[str(each) for each in reading.mistakes],
            signer=None if reading.signature is None else reading.signature.signer,
        )

    def text(self, name: str) -> str:
        if name not in self.texts:
            raise UnknownProfileError(f"there is no profile {name!r}")
        return self.texts[name]

    def preview(self, text: str, mode: MergeMode) -> ProfileChanges:
        reading = read_profile(text)
        wanted = merged_text(self.holds, text) if mode is MergeMode.MERGE else text
        references = [each.paths for each in reading.profile.tiers]
        return ProfileChanges(
            name=reading.profile.name,
            changes=differences(self.holds, wanted),
            references=[
                PlacedReferenceInfo(reference=each, paths=PLACES.get(each, []), users=["tiers"]) for each in references
            ],
            mistakes=[str(each) for each in reading.mistakes],
        )

    def activate(self, name: str) -> None:
        if not name:
            self.is_by_hand = False
            return
        wanted = self.text(name)
        if differences(self.holds, wanted):
            self.texts[BEFORE], self.holds = self.holds, wanted
        self.active, self.previous = (self.previous if name == BEFORE else name), self.active
        self.is_by_hand = True

    def delete(self, name: str) -> None:
        if name in self.follows.values():
            raise InvalidValueError(f"profile {name!r} follows a network")
        del self.texts[name]
        self.active = None if self.active == name else self.active

    def follow(self, network: str, name: str) -> None:
        if name:
            self.follows[network] = name
        else:
            del self.follows[network]
