"""A person who looks in Wise for the lines that are uncertain, and says of each whether it is there."""

from dataclasses import dataclass

from gateway.orders.settling import DeliveryDesk, NotUncertain
from gateway.orders.waiting import Line
from tests.crash.world import World

WISE = "I201"
KINDS = {"ORDER": "ORDERED", "CHANGE": "CHANGED", "DELAY": "DELAYED", "CANCEL": "CANCELLED", "SHIPPING": "SHIPPED"}


@dataclass
class Person:
    """Looks only once nobody is killed any more: until then the answer could be another a moment later."""

    world: World
    found: int = 0
    not_found: int = 0

    def look(self) -> None:
        """Settle what is uncertain now."""
        gateway = self.world.stage.gateway
        desk = DeliveryDesk(gateway.database, gateway.release, by="person")
        uncertain = desk.deliveries(WISE, "uncertain")
        there = {(row.order, row.row, KINDS[row.message_type]) for row in self.world.stage.wise.rows}
        for line in uncertain:
            arrived = (line.order_number, line.order_line, line.kind) in there
            try:
                desk.settle(Line(WISE, line.mutation_id, line.sender), arrived=arrived)
            except NotUncertain:
                continue
            self.found += arrived
            self.not_found += not arrived
