"""Read a program's own settings from ``[options.<program>]`` into the struct that the program declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from groat.programs.program import Program
from groat.settings import Settings, SettingsError, from_text, meaning, option_variable


def read_own_settings(program: Program, settings: Settings) -> msgspec.Struct | None:
    """Read a program's own settings into the struct that it declares; None if it declares none.

    Texts are read as those of groat's own settings: from numbers and ``true``/``false`` to lists with commas and tables
    in JSON. Raises SettingsError ``setting_unknown``, ``setting_invalid``, each with the program and the name, never
    with the value, which may be a secret.
    """
    given: Mapping[str, Any] = settings.options.get(program.name, {})
    declared = program.settings
    fields = {field.name: field for field in msgspec.structs.fields(declared)} if declared else {}
    for name in given:
        if name not in fields:
            known = f"it has {', '.join(fields)}" if fields else "it has no settings of its own"
            raise _error("setting_unknown", program, name, f"the program has no such setting; {known}")
    if declared is None:
        return None
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in given:
            values[name] = _read(program, field, given[name])
        elif field.required:
            how = f"set it in the settings file, or as {option_variable(program.name, name)}"
            raise _error("setting_invalid", program, name, f"it has no value and no default; {how}")
    try:
        return msgspec.convert(values, declared)
    except msgspec.ValidationError as error:
        # Each value fits by itself. The struct's __post_init__ says what does not fit together.
        raise SettingsError(
            "setting_invalid", f"options.{program.name}: {error}", setting=f"options.{program.name}"
        ) from None


def check_settings(program: Program, settings: Settings) -> None:
    """Check that a program can run with these settings. Raises SettingsError."""
    read_own_settings(program, settings)
    if program.check_settings is not None:
        program.check_settings(settings)


def _read(program: Program, field: msgspec.structs.FieldInfo, value: Any) -> Any:
    try:
        return from_text(value, field.type) if isinstance(value, str) else msgspec.convert(value, field.type)
    except ValueError as error:
        raise _error(
            "setting_invalid", program, field.name, f"{error}. Its meaning: {meaning(field.type)}"
        ) from None


def _error(code: str, program: Program, name: str, detail: str) -> SettingsError:
    setting = f"options.{program.name}.{name}"
    return SettingsError(code, f"{setting}: {detail}", setting=setting)
