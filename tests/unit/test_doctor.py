"""What an examination costs whoever is not examined."""

import asyncio
import time
from types import SimpleNamespace

from mpmanager.api.structures import ProbeOptions
from mpmanager.core.policies import STOCK_POLICY
from mpmanager.daemon.compose import simulated_world
from mpmanager.daemon.doctor import Doctor
from mpmanager.model.connection import NOBODY, UNKNOWN_APPLICATION

COST_S = 0.02


class BusyKernel:
    """Takes its time to tell all TCP sockets."""

    def __init__(self):
        self.looks = 0

    def plain_connections(self):
        self.looks += 1
        time.sleep(COST_S)
        return [NOBODY]

    def find(self, owners):
        return [UNKNOWN_APPLICATION for _each in owners]


def test_a_flood_of_diagnoses_looks_at_all_sockets_now_and_then_only():
    kernel = BusyKernel()
    simulated = simulated_world()
    world = SimpleNamespace(
        connections=kernel,
        applications=kernel,
        path_manager=simulated.path_manager,
        kernel_trials=simulated.kernel_trials,
    )
    doctor = Doctor(
        world,
        paths=tuple,
        limits=list,
        caps_reached=list,
        rules=tuple,
        accounts=list,
        named=lambda each: each,
        policy_of=lambda _each: STOCK_POLICY,
    )

    async def ask():
        began = time.monotonic()
        for _ in range(200):
            await doctor.diagnose(ProbeOptions(), may_see=lambda _uid: True)
        return time.monotonic() - began

    took_s = asyncio.run(ask())
    assert 1 <= kernel.looks <= 1 + took_s / (10 * COST_S)
