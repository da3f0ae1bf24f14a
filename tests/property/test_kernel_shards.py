"""A home in every order of events, whose log is rolled over to another shard in between.

Everything that `test_kernel_machine` demands holds across shards: no budget is won back, no
approval and no key is used twice, and what runs knows what a start would know (I1 to I5).
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.property.test_kernel_machine import Kernels
from watchkeeper.errors import CommandInvalid, LogUnavailable, NotAuthorised
from watchkeeper.loop.shards.carried import check_carried


class RollingKernels(Kernels):
    """The same world, in which shards end, and old ones are moved away."""

    @rule(person=st.sampled_from(["ana", "ana", "cyd"]))
    def roll(self, person: str) -> None:
        before = self.bank.log.shard
        try:
            self.bank.roll(person)
        except (CommandInvalid, NotAuthorised, LogUnavailable):
            assert self.bank.log.shard == before
        else:
            assert self.bank.log.shard == before + 1
            assert self.bank.log.size == 1

    @precondition(lambda self: not self.bank.log.queued)
    @rule()
    def what_was_taken_over_is_what_the_shard_before_adds_up_to(self) -> None:
        for shard in range(1, self.bank.log.shard + 1):
            assert check_carried(self.bank.log, self.bank.clock, shard)

    @precondition(lambda self: not self.bank.log.queued)
    @rule()
    def a_snapshot_is_kept(self) -> None:
        self.bank.home.keep(0)


RollingKernels.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestRollingKernels = RollingKernels.TestCase
