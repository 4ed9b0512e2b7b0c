"""Announcements in the conversation, for those who may write to many: the list, the card of each, the orders.

Composing one is a flow; it ends with the effect `Announce`, and shows before what `copy_for` makes.
"""

from bot.dialogue.acts import AnnouncementWish
from bot.dialogue.draft import Draft
from bot.dialogue.questions import say_and_come_back
from bot.events.announcement import ORDERS, right_for
from bot.events.copies import Reader, Writer, unknown_holes
from bot.events.report import (
    card_key,
    chart,
    correctable,
    head,
    listing_file,
    listing_name,
    option,
    progress_card,
    report,
    words_of,
)
from bot.flows.cards import LABEL
from bot.flows.french import shorten
from bot.model.announcement import AnnouncementId, AnnouncementSeen, Fate, Order, Plan, Sweep
from bot.model.effects import Amend, Audit, Direct, HandOut, ReportOn, Send
from bot.model.message import Markdown, Message, Option
from bot.model.rights import Right

CORRECTING = "news-correct."
"""What a session awaits while a new text is being written; the announcement's id follows."""

CORRECTION = "correction"
"""Where the session keeps the new text until it is confirmed, behind the number of its announcement."""

LONGEST = 3500
"""Characters of a correction: one message, with room for a card below."""

EXAMPLE = "{prénom}"


def copy_for(draft: Draft, plan: Plan) -> Message:
    """What the person who composes an announcement would get of it: the test send, and the preview."""
    seen = next((one for one in draft.view.events if one.event.id == plan.event), None)
    writer = Writer(draft.shelf, draft.view.policy, draft.now)
    return writer.copy(plan, Reader(draft.view.person, draft.answers, seen))


def list_announcements(draft: Draft, argument: str = "") -> None:
    """`/annonces`: the last ones and where they stand."""
    found = draft.view.announcements
    draft.change(active=None)
    if not found:
        draft.say("announcements_none", draft.button("button_menu", "menu"))
        return
    lines = "\n".join(_line(draft, seen) for seen in found)
    text = Markdown(f"{draft.phrases.say('announcements_list')}\n\n{lines}")
    options = tuple(_open(seen) for seen in found)
    draft.add(Send(Message(text, (*options, draft.button("button_menu", "menu")))))


def announcement_tapped(draft: Draft, id: AnnouncementId, what: AnnouncementWish) -> None:
    """A button of a card."""
    seen = next((one for one in draft.view.announcements if one.announcement.id == id), None)
    # One that is not known any more may have been of either sort.
    if not draft.may(Right.EVENTS if seen is None else right_for(seen.announcement.plan)):
        draft.add(Audit("refused", f"news-{what}"))
        say_and_come_back(draft, draft.phrases.say("stale_tap"))
        return
    if seen is None:
        say_and_come_back(draft, draft.phrases.say("announcement_gone"))
        return
    match what:
        case "show":
            _show(draft, seen)
        case "pause" | "resume":
            _order(draft, seen, Order(what))
        case "cancel":
            _confirm(draft, seen, "announcement_confirm_cancel", "cancel-yes", left=seen.tally.left)
        case "cancel-yes":
            _order(draft, seen, Order.CANCEL)
        case "report":
            _report(draft, seen)
        case "correct":
            _ask_text(draft, seen)
        case "correct-yes":
            _correct(draft, seen)
        case "recall":
            _confirm(draft, seen, "announcement_confirm_recall", "recall-yes", sent=_arrived(seen))
        case "recall-yes":
            _recall(draft, seen)


def correction_written(draft: Draft, text: str) -> bool:
    """The new text of an announcement, if one was asked for: shown before anything changes."""
    pending = draft.pending or ""
    if not pending.startswith(CORRECTING):
        return False
    id = pending.removeprefix(CORRECTING)
    seen = next((one for one in draft.view.announcements if str(one.announcement.id) == id), None)
    if seen is None or not draft.may(right_for(seen.announcement.plan)):
        return False
    written = Markdown(text.strip()[:LONGEST])
    plan = Plan(Message(written), event=seen.announcement.plan.event)
    if wrong := unknown_holes(plan, draft.shelf):
        draft.change(confirming=pending)
        draft.say("announcement_hole", names=", ".join(f"{{{name}}}" for name in wrong), example=EXAMPLE)
        return True
    draft.change(told={**draft.session.told, CORRECTION: f"{id} {written}"})
    parts = [draft.phrases.say("announcement_correct_show", sent=_arrived(seen))]
    if others := seen.announcement.plan.translations:
        names = ", ".join(draft.phrases.languages.get(tag, tag) for tag, _ in others)
        parts.append(draft.phrases.say("announcement_correct_languages", languages=names))
    draft.add(Send(Message(Markdown("\n\n".join(parts)))))
    shown = copy_for(draft, plan)
    sure = option("correct-yes", seen.announcement.id, draft.phrases)
    no = Option("no", draft.phrases.label("button_no"), f"news-show.{seen.announcement.id}")
    draft.add(Send(Message(shown.text, (sure, no))))
    return True


def _show(draft: Draft, seen: AnnouncementSeen) -> None:
    draft.add(Send(progress_card(seen, draft.phrases, draft.view.policy)))


def _order(draft: Draft, seen: AnnouncementSeen, order: Order) -> None:
    """The card shows by itself what became of it."""
    if order in ORDERS[seen.announcement.state]:
        draft.add(Direct(seen.announcement.id, order))
    else:
        _show(draft, seen)


def _confirm(draft: Draft, seen: AnnouncementSeen, phrase: str, yes: AnnouncementWish, **values: int) -> None:
    one = seen.announcement
    no = Option("no", draft.phrases.label("button_no"), f"news-show.{one.id}")
    draft.say(phrase, option(yes, one.id, draft.phrases), no, head=head(one), **values)


def _report(draft: Draft, seen: AnnouncementSeen) -> None:
    one = seen.announcement
    message = report(seen, draft.phrases, draft.view.policy)
    picture = chart(seen, draft.phrases)
    policy, words = draft.view.policy, words_of(draft.phrases)
    listing = listing_file(listing_name(one, policy), draft.view.copies, words, policy.timezone)
    files = (listing,) if picture is None else (picture, listing)
    draft.add(ReportOn(one.id, HandOut(message, files)))


def _ask_text(draft: Draft, seen: AnnouncementSeen) -> None:
    one = seen.announcement
    if one.began is None or one.sweep is Sweep.RECALL or not correctable(one):
        _show(draft, seen)
        return
    draft.change(active=None, confirming=f"{CORRECTING}{one.id}")
    draft.say("announcement_correct_ask", head=head(one))


def _correct(draft: Draft, seen: AnnouncementSeen) -> None:
    told = dict(draft.session.told)
    id, _, text = told.pop(CORRECTION, "").partition(" ")
    # A button from before may ask for the text of another one.
    if not text or id != str(seen.announcement.id) or seen.announcement.sweep is Sweep.RECALL:
        _show(draft, seen)
        return
    draft.change(told=told)
    draft.add(Amend(seen.announcement.id, Markdown(text)))
    draft.say("announcement_correcting", option("show", seen.announcement.id, draft.phrases))


def _recall(draft: Draft, seen: AnnouncementSeen) -> None:
    if seen.announcement.began is None or seen.announcement.sweep is Sweep.RECALL:
        _show(draft, seen)
        return
    draft.add(Amend(seen.announcement.id, None))
    draft.say("announcement_recalling", option("show", seen.announcement.id, draft.phrases))


def _line(draft: Draft, seen: AnnouncementSeen) -> Markdown:
    state = draft.phrases.label(f"announcement_is_{seen.announcement.state}")
    return draft.phrases.say(
        "announcement_line", state=state, head=head(seen.announcement), sent=_arrived(seen)
    )


def _open(seen: AnnouncementSeen) -> Option:
    act = f"news-show.{seen.announcement.id}"
    return Option(card_key(seen.announcement.id), shorten(head(seen.announcement), LABEL), act)


def _arrived(seen: AnnouncementSeen) -> int:
    return seen.tally.fates.get(Fate.SENT, 0)
