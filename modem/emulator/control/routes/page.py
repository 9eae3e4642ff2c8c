"""The page for people, its live events, and what its forms send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import aiohttp_jinja2
from aiohttp import web

from modem.emulator.action import ActionError, load_actions
from modem.emulator.border import check
from modem.emulator.breakage.shelf import fault_kinds, load_faults
from modem.emulator.control.page.conversations import page_address
from modem.emulator.control.page.fault_form import find_kind, make_form, read_form
from modem.emulator.control.page.view import Choice, View
from modem.emulator.control.route import Route, context_of, modem_number, refuse
from modem.emulator.control.streams import event, stream
from modem.errors import BehaviourError, EncodeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modem.emulator.action import Action
    from modem.emulator.control.page.view import Piece
    from modem.emulator.rack.rack import Rack

HTML: Final = "text/html"
MOST_TEXT: Final = 10_000


async def show_page(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Answer the whole page."""
    environment = aiohttp_jinja2.get_env(request.app)
    view = View(rack, Choice.of(request), environment)
    text = environment.get_template("page.html").render({**view.page(), "query": request.query_string})
    return web.Response(text=text, content_type=HTML, headers={"Cache-Control": "no-store"})


async def send_events(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Answer the pieces of the page, then each that changes."""
    environment = aiohttp_jinja2.get_env(request.app)
    view = View(rack, Choice.of(request), environment)

    def news(touched: set[int] | None) -> list[bytes]:
        pieces = view.pieces(touched)
        return [event(_partials(pieces))] if pieces else []

    return await stream(request, rack, news)


async def write(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Let a person write, from the form of a conversation or of a new one."""
    form = await _form(request)
    sender, to = form.get("sender", "").strip(), form.get("to", "").strip()
    (model,) = load_actions()["write"]
    table = {"sender": sender, "to": to, "text": form.get("text", "")[:MOST_TEXT]}
    if form.get("kind"):
        table["kind"] = form["kind"]
    found = check(model, table, {})
    problem = found[0].reason if isinstance(found, list) else _run(rack, found)
    if problem:
        return _render(request, "problem.html", {"problem": problem}, status=400)
    if form.get("is_new"):
        return web.Response(status=204, headers={"HX-Redirect": page_address(sender, to)})
    return _render(request, "problem.html", {"problem": ""})


async def choose_fault(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Answer a button for each fault, for one modem."""
    index = modem_number(rack, request.match_info["modem"])
    number = rack.machines[index].equipment.sim.number
    return _render(request, "faults.html", {"index": index, "number": number, "kinds": fault_kinds()})


async def show_form(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Answer the form of one fault."""
    index = modem_number(rack, request.match_info["modem"])
    kind = find_kind(request.match_info["fault"])
    if kind is None:
        raise refuse(404, "fault", "there is no such fault")
    return _render(request, "fault_form.html", {"index": index, "form": make_form(kind, {}, {}), "problem": ""})


async def arm(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Arm a fault as its form says; a form with mistakes comes back with what is wrong."""
    index = modem_number(rack, request.match_info["modem"])
    kind = find_kind(request.match_info["fault"])
    if kind is None:
        raise refuse(404, "fault", "there is no such fault")
    typed = await _form(request)
    table = {**read_form(kind, typed), "modem": index}
    model = load_actions()["arm"][list(load_faults()).index(kind.name)]
    found = check(model, table, context_of(rack))
    if isinstance(found, list):
        problems = {str(mistake.path[0]): mistake.reason for mistake in found}
        form = make_form(kind, typed, problems)
        return _render(
            request,
            "fault_form.html",
            {"index": index, "form": form, "problem": "Please look at the fields."},
            status=400,
        )
    _run(rack, found)
    return web.Response(status=204, headers={"HX-Trigger": "fault-armed"})


def _run(rack: Rack, action: Action) -> str:
    """Do an action; return what is wrong, or nothing."""
    try:
        action.run(rack)
    except ActionError as error:
        return error.reason
    except (EncodeError, BehaviourError) as error:
        return f"{_WORDS.get(error.field, error.field)}: {error.reason}"
    return ""


_WORDS: Final = {"sender": "From", "to": "To", "text": "Text"}


async def _form(request: web.Request) -> Mapping[str, str]:
    return cast("Mapping[str, str]", await request.post())


def _render(request: web.Request, template: str, values: dict[str, Any], status: int = 200) -> web.Response:
    text = aiohttp_jinja2.get_env(request.app).get_template(template).render(values)
    return web.Response(text=text, status=status, content_type=HTML)


def _partials(pieces: Iterable[Piece]) -> str:
    return "".join(
        f'<hx-partial hx-target="#{piece.target}" hx-swap="innerMorph">{piece.html}</hx-partial>\n' for piece in pieces
    )


def _page_route(method: str, path: str, summary: str, handler: Any) -> Route:
    return Route(method=method, path=path, summary=summary, handler=handler, media_type=HTML, is_documented=False)


ROUTES: Final = (
    _page_route("GET", "/", "The page for people", show_page),
    _page_route("GET", "/events", "What changes on it", send_events),
    _page_route("POST", "/page/messages", "A person writes", write),
    _page_route("GET", "/page/modems/{modem}/faults", "A button for each fault", choose_fault),
    _page_route("GET", "/page/modems/{modem}/faults/{fault}", "The form of one", show_form),
    _page_route("POST", "/page/modems/{modem}/faults/{fault}", "Arm it", arm),
)
