"""The JSON schemas of all that is sent and answered, as components of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect

from groat.api.problems import ProblemView
from groat.ledger.views import EventData
from groat.store.extension import Tells

if TYPE_CHECKING:
    from groat.http.catalogue import Catalogue

_REF = "#/components/schemas/{name}"
_OF_ANY_PROGRAM = {"type": "object"}


class Schemas:
    """The schema of each type, and the components that the schemas refer to.

    What streams carry is put together here: ``EventData`` and ``SnapshotData`` get the fields that the server's
    programs add, and the data of each type of event that they and their kinds tell. ``BoardStates`` has the type of the
    states of each sort of boards, by its name.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        programs = catalogue.programs
        tells = [program.extension.tells for program in programs if program.extension is not None]
        told = {event.name: event.data for event in catalogue.events if event.data is not None}
        parts = [part for each in tells for part in (each.snapshot, each.event) if part is not None]
        types: list[Any] = [ProblemView, EventData, str, dict, *told.values(), *parts, *_data_of_kinds(tells)]
        types += catalogue.packets.values()
        types += [board.state for board in catalogue.boards]
        for operation in catalogue.operations.values():
            types += [type_ for type_ in (operation.body, operation.answer) if is_described(type_)]
        types = list(dict.fromkeys(types))
        # All at once, for two types of one name get longer names only when they meet.
        schemas, self.components = msgspec.json.schema_components(types, ref_template=_REF)
        self._of: dict[Any, dict[str, Any]] = dict(zip(types, schemas, strict=True))
        _require_what_is_sent(types, self.components)
        # Codes add members of their own.
        self.components["ProblemView"]["additionalProperties"] = True
        for each in tells:
            self._add_fields("SnapshotData", each.snapshot)
            self._add_fields("EventData", each.event)
        data = [self._of[type_] for type_ in dict.fromkeys((*told.values(), *_data_of_kinds(tells)))]
        event = self.components["EventData"]
        event["properties"]["data"] = {"anyOf": [*data, _OF_ANY_PROGRAM]}
        event["allOf"] = [_data_of(name, self._of[type_]) for name, type_ in told.items()]
        self.components["BoardStates"] = {
            "title": "BoardStates",
            "type": "object",
            "description": "The states that boards show, by the name of their sort.",
            "properties": {board.name: self._of[board.state] for board in catalogue.boards},
            "required": [board.name for board in catalogue.boards],
        }
        self.components["NumberedEvent"] = _more(self.components["NumberedEvent"], "EventData", event)

    def of(self, type_: Any) -> dict[str, Any]:
        """Return the schema of a type that an operation takes or answers."""
        return self._of[type_]

    def _add_fields(self, name: str, part: type[msgspec.Struct] | None) -> None:
        if part is not None:
            added = self.components.pop(self._of[part]["$ref"].rpartition("/")[2])
            self.components[name]["properties"] |= added["properties"]


def is_described(type_: Any) -> bool:
    """Return whether a type of a body or an answer has a schema made from it."""
    return type_ is not None and not isinstance(type_, dict) and type_ not in (str, dict)


def _data_of_kinds(tells: Sequence[Tells]) -> list[type[msgspec.Struct]]:
    return [each.of_kinds for each in tells if each.of_kinds is not None]


def _data_of(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the rule that an event of this type has data of this schema."""
    return {
        "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
        "then": {"properties": {"data": schema}, "required": ["data"]},
    }


def _more(schema: dict[str, Any], name: str, base: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a type with more fields than its base, as the base and these."""
    own = {key: value for key, value in schema["properties"].items() if key not in base["properties"]}
    required = [key for key in schema["required"] if key in own]
    return {
        "title": schema["title"],
        "description": schema["description"],
        "allOf": [
            {"$ref": _REF.format(name=name)},
            {"type": "object", "properties": own, "required": required},
        ],
    }


def _require_what_is_sent(types: Sequence[Any], components: dict[str, Any]) -> None:
    """Require the fields of answers that have a default: they are sent all the same. In a body they may be absent."""
    for struct in _structs(inspect.multi_type_info(types)):
        config = struct.__struct_config__
        if not (config.omit_defaults or config.forbid_unknown_fields):
            sent = [f.encode_name for f in msgspec.structs.fields(struct) if f.default is not msgspec.UNSET]
            if sent:
                components[struct.__name__]["required"] = sent


def _structs(infos: Iterable[inspect.Type]) -> set[type[msgspec.Struct]]:
    """Collect every struct among the types and in their fields."""
    found: set[type[msgspec.Struct]] = set()
    waiting = list(infos)
    while waiting:
        info = waiting.pop()
        match info:
            case inspect.StructType() if info.cls not in found:
                found.add(info.cls)
                waiting += [field.type for field in info.fields]
            case inspect.UnionType():
                waiting += info.types
            case inspect.ListType():
                waiting.append(info.item_type)
            case inspect.DictType():
                waiting.append(info.value_type)
            case inspect.Metadata():
                waiting.append(info.type)
    return found
