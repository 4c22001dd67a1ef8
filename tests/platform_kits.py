"""One line a platform: how the conformance suite brings it up."""

from __future__ import annotations

from collections.abc import Mapping

from tests.conforming import Kit
from tests.fakes.bluesky import PASSWORD, FakeBluesky
from tests.fakes.facebook import FakeFacebook
from tests.fakes.google_play import PACKAGE, FakeGooglePlay
from tests.fakes.instagram import FakeInstagram
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.telegram_group import HOOK_TOKEN, FakeTelegramGroup
from tests.fakes.tiktok import FakeTiktok
from tests.fakes.x import FakeX
from tests.fakes.youtube import FakeYouTube

KITS: Mapping[str, Kit] = {
    "instagram": Kit(
        FakeInstagram,
        lambda fake: {
            "account": fake.our_id,
            "client_id": FakeInstagram.client,
            "secrets": {
                "token": fake.access,
                "secret": FakeInstagram.secret,
                "hook_token": FakeInstagram.hook_token,
            },
        },
        hides=True,
        needs_post=True,
        warns=True,
        hooks=True,
        reply_path="/replies",
        secrets=(FakeInstagram.secret, FakeInstagram.hook_token),
    ),
    "facebook": Kit(
        FakeFacebook,
        lambda fake: {
            "account": fake.our_id,
            "client_id": FakeFacebook.client,
            "secrets": {
                "token": fake.access,
                "secret": FakeFacebook.secret,
                "hook_token": FakeFacebook.hook_token,
            },
        },
        hides=True,
        needs_post=True,
        warns=True,
        hooks=True,
        reply_path="/comments",
        secrets=(FakeFacebook.secret, FakeFacebook.hook_token),
    ),
    "google_play": Kit(
        FakeGooglePlay,
        lambda fake: {"account": PACKAGE, "key_file": fake.key_file},
        renews=True,
        has_budget=True,
        reply_path=":reply",
        nameless=False,
        nests=False,
    ),
    "bluesky": Kit(
        FakeBluesky,
        lambda fake: {"account": FakeBluesky.login, "secrets": {"password": PASSWORD}},
        renews=True,
        rotates=True,
        sees_edits=False,
        reply_path="createRecord",
        renewal_calls=2,  # the session first, then the password
        tells_own=False,
        secrets=(PASSWORD,),
    ),
    "mastodon": Kit(
        FakeMastodon,
        lambda fake: {"secrets": {"token": fake.access}},
        warns=True,
        reply_path="/api/v1/statuses",
        tells_own=False,
    ),
    "tiktok": Kit(
        FakeTiktok,
        lambda fake: {
            "account": fake.our_id,
            "client_id": FakeTiktok.client,
            "secrets": {"secret": FakeTiktok.secret, "refresh_token": fake.refresh},
        },
        renews=True,
        rotates=True,
        sees_edits=False,
        hides=True,
        needs_post=True,
        hooks=True,
        reply_path="comment/reply/create",
        secrets=(FakeTiktok.secret,),
    ),
    "telegram": Kit(
        FakeTelegramGroup,
        lambda fake: {"secrets": {"token": fake.access, "hook_token": HOOK_TOKEN}},
        pages=False,
        sees_edits=False,
        sees_deletions=False,
        needs_post=True,
        hooks=True,
        hook_signs=False,
        reads_target=False,
        reads_back=False,
        reply_path="sendMessage",
        tells_own=False,
        history=False,
        secrets=(HOOK_TOKEN,),
    ),
    "youtube": Kit(
        FakeYouTube,
        lambda fake: {
            "account": FakeYouTube.our_id,
            "client_id": FakeYouTube.client,
            "secrets": {"secret": FakeYouTube.secret, "refresh_token": fake.refresh},
        },
        renews=True,
        hides=True,
        needs_post=True,
        has_budget=True,
        reply_path="/comments",
        secrets=(FakeYouTube.secret,),
    ),
    "x": Kit(
        FakeX,
        lambda fake: {
            "account": fake.our_id,
            "client_id": FakeX.client,
            "permitted": True,
            "secrets": {
                "secret": FakeX.secret,
                "hook_token": FakeX.seal,
                "refresh_token": fake.refresh,
            },
        },
        soaks=0.2,
        renews=True,
        rotates=True,
        hides=True,
        needs_post=True,
        has_budget=True,
        warns=True,
        hooks=True,
        reply_path="/2/tweets",
        tells_own=False,
        secrets=(FakeX.secret, FakeX.seal),
    ),
}
