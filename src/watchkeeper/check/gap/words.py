"""Why a control is in its state, in one plain sentence."""

from __future__ import annotations

from watchkeeper.check.gap.state import Standing, State
from watchkeeper.records.plan.systems import Stage

_PLAIN = {
    State.IN_PROCESS_ONLY: "fired only inside the agent's own process, which can walk round it",
    State.OBSERVED_ONLY: "its policies are only observed: they would have decided, and did not",
    State.SILENT_NO_TRAFFIC: "never fired: no action of this system was decided",
    State.DOCUMENT_ONLY: "written down; no policy of this system and no built-in check enforces it",
    State.RETIRED: "no longer in the plan in force",
}


def why(
    state: State, stage: Stage, standing: Standing, *, earlier: int, in_production: bool
) -> str:
    """Explain a state; says too what the counts alone would hide."""
    parts = [_first(state, stage, standing, in_production=in_production)]
    if earlier:
        parts.append(f"{earlier} of these under other policies than now")
    if standing.failed and state is not State.COULD_NOT_EVALUATE and standing.readable:
        parts.append(f"{times(standing.failed)} it could not be evaluated")
    return "; ".join(parts)


def _first(state: State, stage: Stage, standing: Standing, *, in_production: bool) -> str:
    if state is State.ENFORCED:
        return _enforced(stage, in_production=in_production)
    if state is State.COULD_NOT_EVALUATE:
        return _unevaluated(standing)
    if state is State.SILENT_WITH_TRAFFIC:
        return f"never fired in {standing.traffic} decisions of this system"
    if state is State.NOT_APPLICABLE:
        return "left out by the statement of applicability, or its system is out of scope"
    if state is State.UNDEFINED:
        where = "a policy names it" if standing.named else "it fired"
        return f"{where}, and it stands in no control file"
    return _PLAIN[state]


def _enforced(stage: Stage, *, in_production: bool) -> str:
    if in_production:
        return "fires where the agent can not walk round it, in production"
    if stage is Stage.PRODUCTION:
        return "fires where the agent can not walk round it; not yet seen to in production"
    return f"fires where the agent can not walk round it; stage {stage.value}, not production"


def _unevaluated(standing: Standing) -> str:
    if not standing.readable:
        return "the bundle of the plan in force is not there, so nobody can say what it is"
    return f"called on {times(standing.failed)}, and never came to an answer"


def times(count: int) -> str:
    """Render how often."""
    return "once" if count == 1 else f"{count} times"
