"""What a window shows of a session at one moment, as fresh immutable records."""

from __future__ import annotations

from bnsim.session.cards import CardReader
from bnsim.session.conditions import owners_of
from bnsim.session.frame import Frame, LaneFrame, OperationName, Phase
from bnsim.session.lanes import Lanes
from bnsim.session.replay import Replay
from bnsim.session.shown_past import shown_past

LOSSES_SHOWN = 1000


class Framing:
    """Reads the lanes, whose cards it reads again only where their numbers have been written since."""

    def __init__(self, lanes: Lanes, replay: Replay) -> None:
        self._lanes = lanes
        self._replay = replay
        self._readers = [CardReader(lane) for lane in lanes]

    def frame(self, stopped: str, *, compiling: bool) -> Frame:
        """The present moment; `stopped` is why the last movement ended, `compiling` whether kernels are to come."""
        read = [reader.frames(self._replay.loaded, self._replay.timetable.changes) for reader in self._readers]
        lockstep, tick = self._lanes.lockstep, self._lanes.moment.tick
        moving = lockstep.moving(tick)
        moved = lockstep.moved(tick) if tick else (False,) * len(self._lanes)
        start = tick % lockstep.last
        ahead = lockstep.positions[start], lockstep.positions[lockstep.next_tick(start, "layer")]
        behind = lockstep.positions[lockstep.previous_tick(tick, "layer") if tick else 0], lockstep.positions[tick]
        lanes = tuple(
            shown_past(
                lane,
                LaneFrame(
                    stack_id=lane.stack.id,
                    name=lane.stack.name,
                    cursor=lane.cursor,
                    executed=lane.executed,
                    waiting=not lockstep.busy[tick][lane.index],
                    loss=lane.loss,
                    cards=cards,
                    inner=inner,
                    moves=moving[lane.index],
                    moved=moved[lane.index],
                    ahead=lane.operations_between(*(positions[lane.index] for positions in ahead)),
                    behind=lane.operations_between(*(positions[lane.index] for positions in behind)),
                    losses=lane.history.losses_so_far(LOSSES_SHOWN),
                ),
            )
            for lane, (cards, inner) in zip(self._lanes, read, strict=True)
        )
        return Frame(self._lanes.updates, tick, lockstep.last, lanes, self._lanes.compiled, stopped, compiling)


def operation_names(lanes: Lanes) -> dict[int, tuple[OperationName, ...]]:
    """The operations of each layer and block in order, by its id; within a phase, each title once."""
    found: dict[int, dict[tuple[Phase, str], OperationName]] = {}
    for form in (form for lane in lanes for form in lane.forms):
        owners = owners_of(form.stack.layers)
        for instruction in form.program.instructions:
            for layer_id in () if instruction.hidden else owners.get(instruction.path, ()):
                phase, operation = instruction.phase, instruction.operation
                name = OperationName(phase, operation.key, operation.title)
                found.setdefault(layer_id, {}).setdefault((phase, operation.title), name)
    return {layer_id: tuple(each.values()) for layer_id, each in found.items()}
