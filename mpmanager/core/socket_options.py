"""What a program's own word changes of the policy that the rules give it."""

from dataclasses import replace

from mpmanager.model.policy import Policy
from mpmanager.model.socket_options import SocketWish


def heeding(policy: Policy, wish: SocketWish) -> Policy:
    """The policy of one connection: what its program says of the wait counts before rules, exceptions and intents."""
    return policy if wish.wait_s is None else replace(policy, wait_s=wish.wait_s, pairs=(), intent=None)
