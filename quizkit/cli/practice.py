"""Commands for a person who prepares: drill, mock, stats, due, history."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quizkit.cli.workbench import Workbench

if TYPE_CHECKING:
    from random import Random

    from quizkit.deck.loader import Deck
    from quizkit.deck.models import Entry
    from quizkit.errors import QuizkitError
    from quizkit.practice.plan import Filter
    from quizkit.practice.schedule import Memory
    from quizkit.practice.scorecard import Scorecard, Standing
    from quizkit.practice.state import Item, Mode, State
    from quizkit.store import Store

Topics = Annotated[
    list[str] | None,
    typer.Argument(help="Topics: a section's number, its slug, how its title begins, or else a tag.", show_default=False),
]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="Only this kind of question; can be repeated.")]
Levels = Annotated[list[str] | None, typer.Option("--level", help="Only this level, exactly; can be repeated.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="Only questions with this tag; can be repeated.")]
# Typer would end with 2 for what may not be read; whoever reads it ends with 3.
DeckPaths = Annotated[
    list[Path] | None, typer.Option("--deck", readable=False, help="Deck files or folders instead of the built-in deck.")
]
Seed = Annotated[int | None, typer.Option(help="The same seed gives the same order.", show_default=False)]

history = typer.Typer(help="Your answers so far.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds these commands to the program."""
    for command in (drill, mock, stats, due):
        app.command()(command)
    app.add_typer(history, name="history")


def drill(
    context: typer.Context,
    topics: Topics = None,
    kind: Kinds = None,
    level: Levels = None,
    tag: Tags = None,
    limit: Annotated[int, typer.Option(min=1, help="How many questions at most.")] = 10,
    new: Annotated[bool, typer.Option("--new", help="Only questions that you have never seen.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what isn't due yet.")] = False,
    cram: Annotated[bool, typer.Option("--cram", help="All there is, least known first; your schedule stays as it is.")] = False,
    by: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day of your interview, remembered: 2026-12-04, 4 Dec, friday.")
    ] = None,
    seed: Seed = None,
    deck: DeckPaths = None,
) -> None:
    """Be asked what is due and what is new."""
    from random import Random  # noqa: PLC0415

    from quizkit.practice import plan  # noqa: PLC0415
    from quizkit.practice.day import day  # noqa: PLC0415
    from quizkit.practice.state import Mode  # noqa: PLC0415
    from quizkit.report import progress  # noqa: PLC0415

    bench: Workbench = context.obj
    now = bench.wall()
    wanted = wanted_filter(kind, level, tag)
    loaded = bench.deck(deck or ())
    selected = loaded.select(topics or ())
    entries = [entry for entry in selected if wanted.accepts(entry)]
    if not entries:
        raise _nothing_fits(selected, {"kind": kind, "level": level, "tag": tag}, narrowed=bool(topics))
    interview = None if by is None else day(by, now.date())
    with bench.store() as store:
        store.ensure_writable()
        if interview is not None:
            store.set_interview_day(interview, now)
        horizon = store.interview_day()
        memories = store.memories(names(loaded), horizon)
        pace, allowance = _new_today(loaded, memories, store, now.date(), horizon)
        if interview is not None:
            bench.print(progress.interview_day(interview, now.date(), pace))
        narrowed = bool(topics or kind or level or tag)
        order = plan.Order(
            limit, max(allowance, limit) if narrowed else allowance, new, everything, cram, spread=pace > plan.NEW_A_DAY
        )
        rng = Random(seed)
        asked = list(plan.queue(entries, memories, order, now.date()))
        if seed is not None:
            rng.shuffle(asked)
        mode = Mode("drill", counts=not cram, ticks=bench.is_plain(), horizon=horizon)
        items = [_item(loaded, entry, memories, rng) for entry in asked]
        bench.print(progress.welcome(asked, sum(entry.id in memories for entry in asked), horizon))
        state = _play(bench, loaded, store, items, mode, rng)
        card = _scorecard(bench, state)
        width = min(bench.console().width, 80)
        bench.print("", progress.summary(card, bench.wall().date(), width=width))
    _end(state)


def mock(
    context: typer.Context,
    minutes: Annotated[int, typer.Option(min=1, max=600, help="How long the interview takes.")] = 45,
    level: Levels = None,
    topic: Annotated[list[str] | None, typer.Option(help="Only these topics; can be repeated.")] = None,
    seed: Seed = None,
    deck: DeckPaths = None,
) -> None:
    """Sit a timed interview."""
    from random import Random, randrange  # noqa: PLC0415

    from quizkit.errors import QuizkitError  # noqa: PLC0415
    from quizkit.practice import plan  # noqa: PLC0415
    from quizkit.practice.state import Feedback, Mode  # noqa: PLC0415
    from quizkit.report import progress  # noqa: PLC0415
    from quizkit.report.text import plural  # noqa: PLC0415

    bench: Workbench = context.obj
    seed = seed if seed is not None else randrange(1000)
    wanted = wanted_filter(None, level, None)
    loaded = bench.deck(deck or ())
    selected = loaded.select(topic or ())
    entries = [entry for entry in selected if wanted.accepts(entry)]
    if not entries:
        raise _nothing_fits(selected, {"level": level}, narrowed=bool(topic))
    rng = Random(seed)
    slots = plan.interview(entries, minutes * 60.0, rng)
    if not slots:
        least = min(entry.minutes for entry in entries)
        raise QuizkitError(f"No question takes {plural(minutes, 'minute')} or less.", f"try --minutes {least}, or more")
    with bench.store() as store:
        store.ensure_writable()
        memories = store.memories(names(loaded), store.interview_day())
        number = 1 + len({review.session for review in store.reviews() if review.session.startswith("mock-")})
        bench.print(progress.plan([slot.entry for slot in slots], minutes, seed))
        items = [_item(loaded, slot.entry, memories, rng, slot.budget) for slot in slots]
        mode = Mode("mock", Feedback.end, length=minutes * 60.0, horizon=store.interview_day())
        state = _play(bench, loaded, store, items, mode, rng)
        card = _scorecard(bench, state)
        width = min(bench.console().width, 80)
        bench.print("", progress.told(state.told, width=width), progress.interview(card, minutes, number, width=width))
    _end(state)


def _nothing_fits(entries: "Sequence[Entry]", options: Mapping[str, Sequence[str] | None], *, narrowed: bool) -> "QuizkitError":
    """Which options none of these questions fits: one that empties the choice alone, else all of them at once."""
    from quizkit.errors import QuizkitError  # noqa: PLC0415

    given = {name: values for name, values in options.items() if values}
    spelt = {name: " ".join(f"--{name} {value}" for value in values) for name, values in given.items()}
    alone = [
        spelt[name]
        for name, values in given.items()
        if not any(
            wanted_filter(*(values if name == one else None for one in ("kind", "level", "tag"))).accepts(e) for e in entries
        )
    ]
    what = alone[0] if alone else " and ".join(spelt.values()) + " at once"
    return QuizkitError(f"No question {'of these topics ' if narrowed else ''}has {what}.", "find some: quizkit list")


def _end(state: "State") -> None:
    from quizkit.practice.state import Finished  # noqa: PLC0415

    if isinstance(state.phase, Finished) and state.phase.interrupted:
        raise typer.Exit(130)


def wanted_filter(kind: Sequence[str] | None, level: Sequence[str] | None, tag: Sequence[str] | None) -> "Filter":
    """The filter that these options ask for. Raises QuizkitError for a kind or level that doesn't exist."""
    from quizkit.deck.models import KINDS, LEVELS  # noqa: PLC0415
    from quizkit.errors import QuizkitError  # noqa: PLC0415
    from quizkit.practice.plan import Filter  # noqa: PLC0415

    for given, allowed, name in ((kind, KINDS, "kind"), (level, LEVELS, "level")):
        for value in given or ():
            if value not in allowed:
                raise QuizkitError(f'There is no {name} "{value}".', f"the {name}s are {', '.join(allowed)}")
    return Filter.of(kind or (), level or (), tag or ())


def names(deck: "Deck") -> dict[str, str]:
    """For each id and alias of the deck, the id that it stands for today."""
    return {name: entry.id for entry in deck.entries for name in (entry.id, *entry.aliases)}


def _new_today(deck: "Deck", memories: "dict[str, Memory]", store: "Store", today: date, horizon: date | None) -> tuple[int, int]:
    """How many new questions a day see all of them in time, and how many of them today may still bring."""
    from quizkit.practice.plan import new_a_day  # noqa: PLC0415

    known = names(deck)
    first: dict[str, date] = {}
    for review in store.reviews():
        if review.question in known and review.counts:
            first.setdefault(known[review.question], review.at.date())
    seen_today = sum(day == today for day in first.values())
    days_left = (horizon - today).days if horizon is not None else None
    unseen = len(deck.entries) - len(memories) + seen_today
    pace = new_a_day(unseen, days_left)
    return pace, max(0, pace - seen_today)


def _item(
    deck: "Deck",
    entry: "Entry",
    memories: "dict[str, Memory]",
    rng: "Random",
    budget: float | None = None,
    *,
    follow_up: bool = False,
) -> "Item":
    from quizkit.deck.models import Choice  # noqa: PLC0415
    from quizkit.practice.prompt import fields  # noqa: PLC0415
    from quizkit.practice.state import Item  # noqa: PLC0415

    question = deck.question(entry.id)
    order = rng.sample(range(len(question.options)), len(question.options)) if isinstance(question, Choice) else []
    followers = [] if follow_up or budget is not None else [name for name, _ in entry.follow_ups if name in deck]
    return Item(
        entry=entry,
        question=question,
        fields=fields(question),
        order=tuple(order),
        memory=memories.get(entry.id),
        budget=budget,
        follow_ups=tuple(_item(deck, deck.entry(name), memories, rng, follow_up=True) for name in followers),
        is_follow_up=follow_up,
    )


def _play(bench: Workbench, deck: "Deck", store: "Store", items: "Sequence[Item]", mode: "Mode", rng: "Random") -> "State":
    from quizkit.practice.session import start  # noqa: PLC0415
    from quizkit.terminal.play import Player  # noqa: PLC0415
    from quizkit.terminal.screen import Screen  # noqa: PLC0415
    from quizkit.terminal.workfile import FOLDER  # noqa: PLC0415

    screen = Screen(bench.console(), plain=bench.is_plain())
    clock = bench.start_clock()
    began = bench.wall()
    begin = start(items, mode, f"{mode.name}-{began:%Y%m%dT%H%M%S.%f}", began)
    player = Player(
        store,
        bench.sandbox(),
        screen,
        clock,
        folder=Path(FOLDER),
        reports=bench.data_folder() / "reports.jsonl",
        wall=bench.wall,
        rng=rng,
        marker=bench.marker(deck),
        attended=bench.is_attended(),
    )
    reader = bench.reader(screen, clock)
    try:
        return player.play(begin, reader)
    finally:
        bench.discard_typeahead()


def _scorecard(bench: Workbench, state: "State") -> "Scorecard":
    from quizkit.practice.scorecard import scorecard  # noqa: PLC0415

    return scorecard(state, bench.seconds())


# ---- where one stands ----


def overview(context: typer.Context) -> None:
    """Says where a person stands and what to do next."""
    from quizkit.report import progress  # noqa: PLC0415

    bench: Workbench = context.obj
    found, _ = _standing(bench, ())
    bench.print(progress.standing(found, bench.wall().date()))


def stats(
    context: typer.Context,
    marking: Annotated[
        bool, typer.Option("--marking", help="How the marking of your sentences did, by what you changed of it.")
    ] = False,
    deck: DeckPaths = None,
) -> None:
    """Show progress: what was seen, what is due when, which topics are weak."""
    from quizkit.practice.marker_record import marker_record  # noqa: PLC0415
    from quizkit.practice.scorecard import by_topic  # noqa: PLC0415
    from quizkit.report import progress  # noqa: PLC0415

    bench: Workbench = context.obj
    if marking:
        with bench.store() as store:
            bench.print(progress.marking(marker_record(store.markings())))
        return
    found, scores = _standing(bench, deck or ())
    bench.print(progress.stats(found, by_topic(scores), bench.wall().date()))


def due(context: typer.Context, deck: DeckPaths = None) -> None:
    """Show what is due, today and in the days that follow."""
    from quizkit.report import progress  # noqa: PLC0415

    bench: Workbench = context.obj
    found, _ = _standing(bench, deck or ())
    bench.print(progress.forecast(found, bench.wall().date()))


def _standing(bench: Workbench, paths: Sequence[Path]) -> "tuple[Standing, list[tuple[str, float]]]":
    """Where a person stands, and the latest score of each question that was answered, with its topic."""
    from quizkit.practice.scorecard import standing  # noqa: PLC0415

    loaded = bench.deck(paths)
    known = names(loaded)
    topics = {entry.id: entry.topic for entry in loaded.entries}
    with bench.store() as store:
        reviews = store.reviews()
        horizon = store.interview_day()
        memories = store.memories(known, horizon)
    latest = {known[review.question]: review.score for review in reviews if review.question in known}
    found = standing(loaded.entries, memories, reviews, bench.wall().date(), horizon)
    return found, [(topics[name], score) for name, score in latest.items()]


@history.command()
def reset(
    context: typer.Context,
    topics: Topics = None,
    question: Annotated[list[str] | None, typer.Option(help="This question; can be repeated.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole deck; asks first, on a terminal.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    deck: DeckPaths = None,
) -> None:
    """Start over with some topics, some questions, or the whole deck. Nothing is deleted; the old answers no longer count."""
    from quizkit.errors import QuizkitError  # noqa: PLC0415
    from quizkit.report.text import plural  # noqa: PLC0415

    bench: Workbench = context.obj
    loaded = bench.deck(deck or ())
    if not (topics or question or everything):
        raise QuizkitError("What is to begin anew?", "quizkit history reset TOPIC…, --question ID, or --all")
    by_topic = loaded.select(topics or ()) if topics or everything else ()
    chosen = list(dict.fromkeys([*by_topic, *(loaded.entry(name) for name in question or ())]))
    ids = {name for entry in chosen for name in (entry.id, *entry.aliases)}
    with bench.store() as store:
        answered = [names(loaded)[review.question] for review in store.reviews() if review.question in ids]
        count = f"{plural(len(answered), 'answer')} to {plural(len({*answered}), 'question')}"
        if not answered:
            typer.echo("None of these was answered; nothing is changed.")
        elif everything and not yes and bench.is_attended() and not _agreed(f"{count} will no longer count. Begin anew? y/n "):
            typer.echo("Nothing is changed.")
        else:
            store.reset(ids, bench.wall())
            typer.echo(f"Anew: {count}. They are kept, and no longer count.")


def _agreed(question: str) -> bool:
    """Whether a person says yes; an input that ends is no."""
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        return False
