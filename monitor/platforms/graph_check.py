"""Whose token this is, when it dies, and whether Meta really hands comments over with it.

Layer 2. A person's token gets **empty lists, not an error**, below a Page's posts, and without the
task MODERATE comments come without ids. A source must never be silent for such a reason, so a check
compares what a post says that it has with what is handed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.api import Api, Json
from monitor.platforms.boards import Post
from monitor.platforms.graph import Graph
from monitor.platforms.graph_errors import INVALID, UNKNOWN_NAME, GraphError, refusal
from monitor.platforms.oauth import Fixed
from monitor.platforms.offer import Setup, Use

_NOBODY = (INVALID, UNKNOWN_NAME)
_SAMPLE = 3  # posts with comments that are looked into
# Uncertain: Meta's own JavaScript SDK sends long questions as a POST that says so. It keeps the
# token out of the address; if Meta refuses it, the life of the token stays unknown.
_AS_GET = "get"


def me(graph: Graph, use: Use) -> tuple[str, str]:
    """Id and name of the account that the token speaks for.

    Raises:
        PlatformError: AUTH also when the app secret is not that of the token's app.
    """
    try:
        row = graph.get("me", {"fields": "id,name"}, use=use)
    except GraphError as error:
        if error.code != INVALID:
            raise
        raise PlatformError(
            f"{error}: is the secret that of the app which made the token?",
            reason=Reason.AUTH,
            permanent=True,
        ) from error
    return read.maybe_name(row, "id") or "", read.text(row, "name")


def become_page(graph: Graph, account: str, use: Use) -> tuple[str, str]:
    """Act as the Page from now on; its id and name.

    A system user's token, or that of a person with a role on the Page, opens the Page's own token.

    Raises:
        PlatformError: PERMISSION: the token opens no such Page.
    """
    who, name = me(graph, use)
    if who == account:
        graph.must_introduce = False
        return who, name
    page = _account(graph, account, "id,name,access_token", f"{name or 'nobody'} ({who})", use)
    page_id, own = read.maybe_name(page, "id") or account, read.text(page, "access_token")
    if own:
        graph.act_with(own)
    elif page_id != who:
        raise PlatformError(
            f"{graph.host}: the token speaks for {name or 'nobody'} ({who}), not for the Page "
            f"{account}, and opens no token of that Page: Meta would show no comments and no "
            "error; take a Page token, or give that account the tasks of the Page",
            reason=Reason.PERMISSION,
            permanent=True,
        )
    graph.must_introduce = False
    return page_id, read.text(page, "name")


def become_instagram(graph: Graph, account: str, use: Use) -> str:
    """The user name of an Instagram account.

    Raises:
        PlatformError: PERMISSION: it is none, or none that the token sees; says which it sees.
    """
    try:
        # a Page has a user name too, but no count of media
        row = graph.get(account, {"fields": "id,username,media_count"}, use=use)
    except GraphError as error:
        if error.code not in _NOBODY:
            raise
        seen = ", ".join(_linked(graph, use)) or "none: link one to the Page first"
        raise PlatformError(
            f"{graph.host}: account {account}: no Instagram professional account of this id; "
            f"the token sees: {seen}",
            reason=Reason.PERMISSION,
            permanent=True,
        ) from error
    return read.text(row, "username")


def _linked(graph: Graph, use: Use) -> list[str]:
    """Instagram accounts of the token's Page, or of the Pages of its person."""
    number, _ = me(graph, use)
    fields = {"fields": "instagram_business_account{id,username}"}
    try:
        pages = [graph.get(number, fields, use=use)]
    except GraphError as error:
        if error.code != INVALID:
            raise
        pages, _ = graph.rows("me/accounts", fields, None, use=use)
    found = [read.inner(page, "instagram_business_account") for page in pages]
    return [f'account = "{one["id"]}" (@{read.text(one, "username")})' for one in found if one]


def _account(graph: Graph, account: str, fields: str, whose: str, use: Use) -> Json:
    try:
        return graph.get(account, {"fields": fields}, use=use)
    except GraphError as error:
        if error.code not in _NOBODY:
            raise
        raise PlatformError(
            f"{graph.host}: account {account}: no Page that the token of {whose} sees: is it the "
            "Page's id?",
            reason=Reason.PERMISSION,
            permanent=True,
        ) from error


def withheld(posts: Iterable[Post], ask: str, graph: Graph) -> str:
    """What Meta does not hand over of the comments below some posts, "" if it hands them over.

    ``ask``: parameters that make the platform's list whole.

    Raises:
        PlatformError: as :meth:`Graph.rows` does.
    """
    told = [post for post in posts if post.count][:_SAMPLE]
    if not told:
        return ""
    params = {"fields": "id", "limit": "5", **({"filter": ask} if ask else {})}
    rows = []
    for post in told:
        found, _ = graph.rows(f"{post.id}/comments", params, None, use=Use.REPLY)
        rows += found
    if any(read.maybe_name(row, "id") for row in rows):
        return ""
    if rows:
        return "comments come without ids: the account of the token needs the task MODERATE"
    return (
        "posts have comments, but Meta hands none over: is this a person's token, or does it lack "
        "a permission to read comments?"
    )


def life(setup: Setup, needed: frozenset[str]) -> tuple[datetime | None, list[str]]:
    """When the given token dies without a person's help, and which permissions it lacks.

    Only the app may ask: without ``client_id`` and ``secret`` nothing is known. Nor is it when Meta
    refuses; that costs no check its result.
    """
    secret = setup.secret("secret")
    if not setup.client_id or not secret:
        return None, []
    api = Api(setup, Fixed(f"{setup.client_id}|{secret}"), refusal=refusal, always=True)
    form = {"method": _AS_GET, "input_token": setup.secret("token")}
    try:
        told = read.inner(api.post("debug_token", form=form), "data")
    except PlatformError:
        return None, []
    finally:
        api.close()
    ends = [
        at
        for key in ("expires_at", "data_access_expires_at")
        if read.count(told, key) and (at := read.maybe_instant(told, key)) is not None
    ]
    given = told.get("scopes")
    lacking = sorted(needed - set(map(str, given))) if isinstance(given, list) else []
    return min(ends, default=None), lacking
