"""The wizard: one question at a time with a sensible default, asked again with a reason when the answer will not do."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from gateway.config import LibrarySettings, Settings, in_words
from gateway.install.answers import DEFAULT_SENDER, Answers, as_sentence, first_section, why
from gateway.install.fittings import IMPORT_ORDER, Fittings
from gateway.install.folders import secrets_folder
from gateway.install.plan import SUPPLIER_NAME

Reason = str | None
"""Why an answer will not do; none when it will."""

NO_SENDER_CODE = "A sender code is six digits, such as 000002."


class Asker(Protocol):
    """How a person is asked; the command line has one for the terminal."""

    def ask(self, question: str, default: str = "", *, hidden: bool = False) -> str:
        """The answer to one question; the default when it was left empty."""

    def tell(self, sentence: str) -> None:
        """Say something that is not a question."""


def interview(asker: Asker, answers: Answers, config: Path, fittings: Fittings) -> Answers:
    """Ask for what the flags left open, and give the complete answers."""
    asker.tell(f"This writes {config} and makes what it names. Enter takes what stands between brackets.")
    suggested = first_section(answers, config.absolute())
    folder = answers.folder or Path(_until_good(asker, "Folder for reports and work files", suggested["data_folder"]))
    listen = answers.listen or _until_good(asker, "Listen on address:port", suggested["listen"], _field("listen"))
    answers = replace(answers, folder=folder, listen=listen)
    suggested = first_section(answers, config.absolute())
    address = answers.public_address or _until_good(
        asker, "Address by which suppliers and staff reach it", suggested["public_address"], _field("public_address")
    )
    database = answers.database or _until_good(
        asker, "Database (sqlite:////path, or postgresql+psycopg://…)", suggested["database"], _database
    )
    answers = replace(answers, public_address=address, database=database, senders=answers.senders or _sender(asker))
    return answers if answers.libraries else _libraries(asker, answers, fittings)


def _sender(asker: Asker) -> tuple[str, ...]:
    code = _until_good(asker, "Sender code of the supplier", DEFAULT_SENDER, _matches(r"\d{6}", NO_SENDER_CODE))
    return (f"{code}:{asker.ask('Name of the supplier', SUPPLIER_NAME)}",)


def _libraries(asker: Asker, answers: Answers, fittings: Fittings) -> Answers:
    """Ask for one library after another, until there are no more."""
    while True:
        number = len(answers.libraries) + 1
        answers = _library(asker, answers, fittings, number)
        if not _yes(asker, f"Another library besides these {number}?" if number > 1 else "Another library?"):
            return answers


def _library(asker: Asker, answers: Answers, fittings: Fittings, number: int) -> Answers:
    taken = [each.partition(":")[0] for each in answers.libraries]

    def free(code: str) -> Reason:
        if code in taken:
            return f"{code} was given already."
        return _matches(r"I\d{3}", "An institution code is an I and three digits, such as I201.")(code)

    asker.tell(f"Library {number}")
    institution = _until_good(asker, "  Institution code", "", free)
    name = _until_good(asker, "  Name of the library", "", _filled)
    offered = ", ".join(fittings.systems)
    system = _until_good(
        asker,
        f"  Library system ({offered})",
        "",
        lambda answer: None if answer in fittings.systems else f"Choose from {offered}.",
    )
    own = _system_keys(asker, institution, fittings.sections[system], answers.folder or Path())
    keys = [f"{institution}.{key}={value}" for key, value in own.keys.items()]
    keys += _library_keys(asker, institution)
    files = {what: [*answers.files.get(what, ()), *_file(asker, what, institution)] for what in IMPORT_ORDER}
    return replace(
        answers,
        libraries=(*answers.libraries, f"{institution}:{name}:{system}"),
        set=(*answers.set, *keys),
        files=files,
        kept_secrets={**answers.kept_secrets, **own.secrets},
    )


def _library_keys(asker: Asker, institution: str) -> list[str]:
    """The keys of a library that its installer will want to think about."""
    pairs = []
    for key in ("start_date", "reports_folder"):
        field = LibrarySettings.model_fields[key]
        answer = _until_good(asker, f"  {_capital(field.description)} (may be left empty)", "", _accepts(field))
        if answer:
            pairs.append(f"{institution}.{key}={answer}")
    return pairs


@dataclass(frozen=True, slots=True)
class SystemAnswers:
    """The keys of a system's own section, and the secrets that go into files of their own."""

    keys: Mapping[str, str]
    secrets: Mapping[Path, str]


def _system_keys(asker: Asker, institution: str, model: type[BaseModel], folder: Path) -> SystemAnswers:
    """Ask for what the library system cannot do without, until it makes a section that can be used."""
    while True:
        keys: dict[str, str] = {}
        secrets: dict[Path, str] = {}
        for key, field in model.model_fields.items():
            name = key.removesuffix("_file")
            if field.is_required():
                keys[key] = _until_good(asker, f"  {_capital(field.description or key)}", "", _accepts(field))
            elif name != key and f"{name}_env" in model.model_fields:
                path = secrets_folder(folder).absolute() / f"{institution}-{name}"
                keys[key] = str(path)
                question = f"  {_capital(name.replace('_', ' '))} (goes into {path})"
                secrets[path] = _until_good(asker, question, "", hidden=True)
        try:
            model.model_validate(keys)
        except ValidationError as error:
            asker.tell(f"  This will not do. {as_sentence(in_words(error.errors()[0], model.model_fields))} Once more.")
        else:
            return SystemAnswers(keys, secrets)


def _file(asker: Asker, what: str, institution: str) -> list[str]:
    path = _until_good(
        asker,
        f"  File with {what.replace('-', ' ')} (may be left empty)",
        "",
        lambda answer: None if not answer or Path(answer).is_file() else f"There is no file {answer}.",
    )
    return [f"{institution}={path}"] if path else []


def _until_good(
    asker: Asker,
    question: str,
    default: str,
    judge: Callable[[str], Reason] | None = None,
    *,
    hidden: bool = False,
) -> str:
    while True:
        answer = asker.ask(question, default, hidden=hidden).strip()
        reason = judge(answer) if judge else _filled(answer)
        if reason is None:
            return answer
        asker.tell(f"  {reason}")


def _yes(asker: Asker, question: str) -> bool:
    answer = _until_good(asker, f"{question} (y/n)", "n", _matches("[yYjJnN].*", "Answer y or n."))
    return answer[0] in "yYjJ"


def _filled(answer: str) -> Reason:
    return None if answer else "This cannot be left empty."


def _matches(pattern: str, reason: str) -> Callable[[str], Reason]:
    return lambda answer: None if re.fullmatch(pattern, answer) else reason


def _database(answer: str) -> Reason:
    if answer.startswith(("sqlite:///", "postgresql+psycopg://")):
        return None
    return "It starts with sqlite:/// and a path, or with postgresql+psycopg://."


def _field(key: str) -> Callable[[str], Reason]:
    return _accepts(Settings.model_fields[key])


def _accepts(field: FieldInfo) -> Callable[[str], Reason]:
    """Judge an answer as the settings model would."""
    adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())

    def judge(answer: str) -> Reason:
        if not answer and not field.is_required():
            return None
        try:
            adapter.validate_python(answer)
        except ValidationError as error:
            return f"{answer!r} will not do: {why(field, error)}"
        return None if answer else "This cannot be left empty."

    return judge


def _capital(text: str | None) -> str:
    return f"{text[0].upper()}{text[1:]}" if text else ""
