"""``manage.py groat_adopt``: take a column of a model over as opening balances, or compare it with the ledger."""

from __future__ import annotations

import re
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, models, router, transaction

from groat.cli.adoption_report import AdoptionReport
from groat.contrib.django import blocks, conf
from groat.contrib.django.blocks import finish
from groat.engine.adopting import AGAINST, CHUNK_MAX, AdoptedRow, Adoption, ColumnRow, Mode
from groat.ledger.amounts import SCALE_MAX, Asset
from groat.ledger.errors import GroatError

_PLACE = re.compile(r"\{([A-Za-z_]\w*)\}")


def _seconds(text: str) -> float:
    value = float(text)
    if not 0.1 <= value < float("inf"):
        raise ArgumentTypeError("give a number of seconds, 0.1 or more")
    return value


class Command(BaseCommand):
    """Goes through the rows of a model in chunks, each locked while it is compared and posted.

    So a row and its opening balance are one moment, while the project runs.
    """

    help = "Take a column as opening balances (repeatable), or compare it with the ledger (--shadow)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--model", required=True, help="Model that has the column, such as accounts.User")
        parser.add_argument("--field", required=True, help="Field that has the balance, such as balance")
        parser.add_argument(
            "--asset", required=True, help="Asset of the balances, such as USD; made if it is missing"
        )
        parser.add_argument(
            "--account",
            default="",
            help="Account of a row, with fields in braces [default: user:{pk} for the user model, else user:{user_id}]",
        )
        parser.add_argument(
            "--against",
            default=AGAINST,
            help=f"Account from which opening balances come [default: {AGAINST}]",
        )
        parser.add_argument(
            "--correct", action="store_true", help="Set balances that differ to those of the column"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what a run would come to, and write nothing"
        )
        parser.add_argument("--shadow", action="store_true", help="Only compare, and write nothing")
        parser.add_argument("--every", type=_seconds, help="Repeat after so many seconds, until interrupted")
        parser.add_argument("--report", type=Path, help="CSV file for all rows that somebody has to look at")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once, or again and again; exit code 1 where rows differ, cannot be used or were refused."""
        try:
            column = Column(options["model"], options["field"], options["account"])
            mode: Mode = "compare" if options["shadow"] else "rehearse" if options["dry_run"] else "adopt"
            while True:
                adoption = Adoption(
                    column.asset(options["asset"], mode),
                    against=options["against"],
                    mode=mode,
                    correcting=options["correct"],
                )
                with AdoptionReport(options["report"]) as wrong:
                    wrong.add(column.adopted(adoption))
                self._tell(adoption, wrong)
                if options["every"] is None:
                    break
                time.sleep(options["every"])
        except GroatError as error:
            raise CommandError(f"{error.code}: {error.detail}", returncode=2) from error
        if not adoption.summary.is_well:
            rows = "1 row has" if wrong.count == 1 else f"{wrong.count:,} rows have"
            raise CommandError(f"{rows} to be looked at.", returncode=1)

    def _tell(self, adoption: Adoption, wrong: AdoptionReport) -> None:
        for line in adoption.summary.lines():
            self.stdout.write(line)
        for row in wrong.shown:
            self.stderr.write(
                f"{row.account}: column {row.column}, ledger {row.ledger}: {row.outcome} {row.detail}"
            )
        if rest := wrong.rest():
            self.stderr.write(rest)


class Column:
    """A field of a model, and the account of each row. Raises CommandError for names that do not exist."""

    def __init__(self, model: str, field: str, account: str) -> None:
        try:
            self._model: Any = apps.get_model(model)
            self._field = self._model._meta.get_field(field)
        except (LookupError, ValueError, FieldDoesNotExist) as error:
            raise CommandError(f"--model {model} --field {field}: {error}", returncode=2) from error
        is_user = self._model._meta.label == conf.user_model()
        self._account = account or ("user:{pk}" if is_user else "user:{user_id}")
        self._places = _PLACE.findall(self._account)
        for name in self._places:
            if name != "pk" and name not in {each.attname for each in self._model._meta.concrete_fields}:
                raise CommandError(f"--account {self._account}: {model} has no field {name}", returncode=2)
        self._using = router.db_for_write(self._model)

    def asset(self, code: str, mode: Mode) -> Asset:
        """Return the asset; one that is missing gets as many digits as the field has. Raises InvalidInput."""
        ledger = blocks.ledger()
        found = finish(ledger.assets()).get(code)
        if found is not None:
            return found  # type: ignore[no-any-return]
        digits = self._field.decimal_places if isinstance(self._field, models.DecimalField) else 0
        scale = min(int(digits or 0), SCALE_MAX)
        return finish(ledger.add_asset(code, scale)) if mode == "adopt" else Asset(code, scale)

    def adopted(self, adoption: Adoption) -> Iterator[AdoptedRow]:
        """Take all rows, in the order of their keys; each chunk is one transaction."""
        after: Any = None
        while True:
            with transaction.atomic(using=self._using):
                rows = list(self._chunk(after))
                ledger = blocks.ledger(conf.database_alias())
                done = finish(
                    adoption.take(
                        ledger, [ColumnRow(self._path(row), row[self._field.attname]) for row in rows]
                    )
                )
            yield from done
            if len(rows) < CHUNK_MAX:
                return
            after = rows[-1]["pk"]

    def _chunk(self, after: Any) -> Any:
        rows = self._model._base_manager.using(self._using).order_by("pk")
        if connections[self._using].features.has_select_for_update:
            # Code that changes column and ledger in one transaction has then changed both or none.
            rows = rows.select_for_update()
        if after is not None:
            rows = rows.filter(pk__gt=after)
        return rows.values("pk", self._field.attname, *(name for name in self._places if name != "pk"))[
            :CHUNK_MAX
        ]

    def _path(self, row: dict[str, Any]) -> str:
        return _PLACE.sub(lambda place: str(row[place[1]]), self._account)
