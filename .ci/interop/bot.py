"""A bot made with Microsoft's Bot Framework SDK for Python, to be talked to through baton.

Usage: bot.py [PORT]   PORT 0 or none takes a free one; the first line printed is the messaging endpoint's URL.
"""

import asyncio
import json
import sys
import uuid
from datetime import datetime, timezone

from aiohttp import web
from botbuilder.core import (
    ActivityHandler,
    BotFrameworkAdapterSettings,
    CardFactory,
    InvokeResponse,
    MessageFactory,
    Middleware,
    TurnContext,
)
from botbuilder.integration.aiohttp import (
    BotFrameworkHttpAdapter,
    CloudAdapter,
    ConfigurationBotFrameworkAuthentication,
)
from botbuilder.schema import (
    ActionTypes,
    Activity,
    ActivityTypes,
    Attachment,
    AttachmentData,
    CardAction,
    ChannelAccount,
    ConversationParameters,
    ConversationReference,
    HeroCard,
    SuggestedActions,
)
from endpoint import (
    ADAPTIVE_CARD,
    FILE,
    INLINE_LIMIT,
    REQUESTS,
    STREAMED,
    digest,
    received,
    returned,
    run,
    serve,
    summary,
)


class Settings:
    """An anonymous bot: no app id, so that nothing on the network is asked."""

    APP_ID = ""
    APP_PASSWORD = ""
    APP_TYPE = "MultiTenant"
    APP_TENANTID = ""


class Crash(Exception):
    """What nobody handles."""


class Transcript(Middleware):
    """Keeps what was said, as a bot must that wants to hand a conversation over."""

    def __init__(self):
        self.activities = {}

    def of(self, conversation_id):
        return self.activities.setdefault(conversation_id, [])

    async def on_turn(self, context: TurnContext, logic):
        said = self.of(context.activity.conversation.id)
        said.append(Activity().deserialize(context.activity.serialize()))

        async def sending(ctx, activities, next_send):
            responses = await next_send()
            for activity in activities:
                if activity.type != ActivityTypes.typing:
                    copy = Activity().deserialize(activity.serialize())
                    copy.id = copy.id or "g_" + uuid.uuid4().hex[:5]
                    said.append(copy)
            return responses

        context.on_send_activities(sending)
        await logic()


class InteropBot(ActivityHandler):
    def __init__(self, adapter, transcript):
        self.adapter = adapter
        self.transcript = transcript
        self.background = set()

    async def on_members_added_activity(self, members_added, turn_context):
        for member in members_added:
            if member.id != turn_context.activity.recipient.id:
                await turn_context.send_activity("Welcome from Python")

    async def on_message_activity(self, turn_context):
        if turn_context.activity.attachments:
            for line in await received(turn_context.activity.attachments):
                await turn_context.send_activity(line)
            return
        words = (turn_context.activity.text or "").split()
        action = getattr(self, "do_" + words[0], None) if words else None
        if action is None:
            await turn_context.send_activity(f"You said {turn_context.activity.text}")
        else:
            await action(turn_context, *words[1:])

    async def do_cards(self, context):
        card = HeroCard(
            title="A hero",
            subtitle="with buttons",
            text="Pick one",
            buttons=[
                CardAction(type=ActionTypes.im_back, title="Red", value="red"),
                CardAction(type=ActionTypes.open_url, title="Docs", value="https://example.org/docs"),
            ],
        )
        await context.send_activity(MessageFactory.attachment(CardFactory.hero_card(card)))
        await context.send_activity(MessageFactory.attachment(CardFactory.adaptive_card(ADAPTIVE_CARD)))
        message = MessageFactory.text("Or one of these")
        message.suggested_actions = SuggestedActions(
            actions=[CardAction(type=ActionTypes.im_back, title=name, value=name) for name in ("Yes", "No")]
        )
        await context.send_activity(message)

    async def do_typing(self, context):
        await context.send_activity(Activity(type=ActivityTypes.typing))
        await context.send_activity("Typed")

    async def do_burst(self, context, count="20"):
        for number in range(1, int(count) + 1):
            await context.send_activity(f"burst {number}")

    async def do_slow(self, context, seconds="1"):
        await asyncio.sleep(float(seconds))
        await context.send_activity(f"slow {seconds}")

    async def do_proactive(self, context):
        reference = TurnContext.get_conversation_reference(context.activity)

        async def speak():
            async def later(proactive_context):
                await proactive_context.send_activity("Proactive")

            await asyncio.sleep(0.2)
            await self.adapter.continue_conversation(reference, later, "")

        task = asyncio.create_task(speak())
        self.background.add(task)
        task.add_done_callback(self.background.discard)
        await context.send_activity("Wait for it")

    async def do_update(self, context):
        response = await context.send_activity("Before the update")
        await context.update_activity(
            Activity(
                type=ActivityTypes.message,
                id=response.id,
                text="After the update",
                conversation=context.activity.conversation,
            )
        )

    async def do_delete(self, context):
        response = await context.send_activity("To be deleted")
        await context.delete_activity(response.id)
        await context.send_activity("Deleted")

    async def do_members(self, context):
        client = context.turn_state[CloudAdapter.BOT_CONNECTOR_CLIENT_KEY]
        conversation = context.activity.conversation.id
        members = await client.conversations.get_conversation_members(conversation)
        one = await client.conversations.get_conversation_member(conversation, context.activity.from_property.id)
        await context.send_activity(f"members {len(members)} {one.id}")

    async def do_pages(self, context):
        client = context.turn_state[CloudAdapter.BOT_CONNECTOR_CLIENT_KEY]
        paged = await client.conversations.get_conversation_paged_members(context.activity.conversation.id)
        await context.send_activity(f"pages {len(paged.members)}")

    async def do_history(self, context):
        client = context.turn_state[CloudAdapter.BOT_CONNECTOR_CLIENT_KEY]
        said = [Activity(type=ActivityTypes.message, text=f"long ago {number}") for number in (1, 2)]
        kept = await client.conversations.send_conversation_history(context.activity.conversation.id, said)
        await context.send_activity(f"history {bool(kept.id)}")

    async def do_elsewhere(self, context):
        """Starts another conversation with the user and goes on in it."""
        conversations = context.turn_state[CloudAdapter.BOT_CONNECTOR_CLIENT_KEY].conversations
        activity = context.activity
        first, second = [Activity(type=ActivityTypes.message, text=f"elsewhere {number}") for number in (1, 2)]
        new = await conversations.create_conversation(
            ConversationParameters(
                is_group=False, bot=activity.recipient, members=[activity.from_property], activity=first
            )
        )
        await conversations.send_to_conversation(new.id, second)
        await context.send_activity(f"elsewhere {new.id}")

    async def do_file(self, context):
        """Puts a file with the channel and says where it is."""
        client = context.turn_state[CloudAdapter.BOT_CONNECTOR_CLIENT_KEY]
        kept = await client.conversations.upload_attachment(
            context.activity.conversation.id,
            AttachmentData(name=FILE["name"], type=FILE["type"], original_base64=FILE["content"]),
        )
        info = await client.attachments.get_attachment_info(kept.id)
        content = b"".join([part async for part in await client.attachments.get_attachment(kept.id, "original")])
        where = f"{context.activity.service_url.rstrip('/')}/v3/attachments/{kept.id}/views/original"
        await context.send_activity(
            MessageFactory.attachment(
                Attachment(content_type=info.type, content_url=where, name=info.name),
                text=f"kept {info.views[0].size} {digest(content)}",
            )
        )

    async def do_stream(self, context):
        """This SDK has nothing for it: the parts are marked in the channel data, named after the first one's id."""

        def part(kind, text, number, **more):
            type = ActivityTypes.message if kind == "final" else ActivityTypes.typing
            number = {} if number is None else {"streamSequence": number}
            return Activity(type=type, text=text, channel_data={"streamType": kind, **number, **more})

        first = await context.send_activity(part("informative", "Thinking", 1))
        for number in range(1, len(STREAMED) + 1):
            text = "".join(STREAMED[:number])
            await context.send_activity(part("streaming", text, number + 1, streamId=first.id))
        await context.send_activity(part("final", "".join(STREAMED), None, streamId=first.id))

    async def do_crash(self, context):
        raise Crash("as asked")

    async def do_stumble(self, context):
        raise RuntimeError("as asked")

    async def do_human(self, context, *words):
        """Hands the conversation over, as the JavaScript and .NET SDKs' EventFactory builds the event."""
        activity = context.activity
        said = [entry.serialize() for entry in self.transcript.of(activity.conversation.id)]
        reference = TurnContext.get_conversation_reference(activity)
        await context.send_activity("I will find somebody")
        await context.send_activity(
            Activity(
                type=ActivityTypes.event,
                id=str(uuid.uuid4()),
                name=REQUESTS.get(words[0] if words else "", "handoff.initiate"),
                timestamp=datetime.now(timezone.utc),
                value={"Skill": "credit cards", "va_Topic": "Credit card"},
                relates_to=ConversationReference().deserialize(reference.serialize()),
                reply_to_id=activity.id,
                conversation=activity.conversation,
                from_property=ChannelAccount(id=activity.from_property.id),
                entities=[],
                attachments=[await self.attached(context, said)],
            )
        )

    async def attached(self, context, said):
        """The transcript as an attachment: a long one is kept with the channel, and goes by link."""
        content = json.dumps({"activities": said}).encode()
        if len(content) <= INLINE_LIMIT:
            return Attachment(content_type="application/json", name="Transcript", content={"activities": said})
        client = context.turn_state[CloudAdapter.BOT_CONNECTOR_CLIENT_KEY]
        kept = await client.conversations.upload_attachment(
            context.activity.conversation.id,
            AttachmentData(name="Transcript", type="application/json", original_base64=content),
        )
        where = f"{context.activity.service_url.rstrip('/')}/v3/attachments/{kept.id}/views/original"
        return Attachment(content_type="application/json", name="Transcript", content_url=where)

    async def on_event_activity(self, turn_context):
        activity = turn_context.activity
        entries = await returned(activity.attachments)
        if entries:
            await turn_context.send_activity(summary(entries))
        if activity.name == "handoff.status":
            print("handoff.status", activity.value, flush=True)
            state = (activity.value or {}).get("state")
            await turn_context.send_activity(f"handoff.status {state}")
        elif activity.name in ("HandoffResponse", "HandoffCompleted"):
            await turn_context.send_activity(f"{activity.name} {activity.value}")
        else:
            await super().on_event_activity(turn_context)


    async def on_invoke_activity(self, turn_context):
        if turn_context.activity.name != "adaptiveCard/action":
            return await super().on_invoke_activity(turn_context)
        action = turn_context.activity.value["action"]
        painted = f"{action['verb']} {action['data']['colour']}"
        body = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": painted}
        return InvokeResponse(status=200, body=body)


async def on_turn_error(context, error):
    if isinstance(error, Crash):
        raise error
    await context.send_activity(f"Exception caught : {error}")


async def main(port):
    cloud = CloudAdapter(ConfigurationBotFrameworkAuthentication(Settings()))
    http = BotFrameworkHttpAdapter(BotFrameworkAdapterSettings("", ""))
    transcript = Transcript()
    for adapter in (cloud, http):
        adapter.use(transcript)
        adapter.on_turn_error = on_turn_error
    bot = InteropBot(cloud, transcript)

    async def messages(request):
        activity = await request.json()
        # The newer adapter serialises twice what goes into the answer and fails with 500; the older one does not.
        if activity.get("type") == "invoke" or activity.get("deliveryMode") == "expectReplies":
            return await http.process(request, None, bot) or web.Response(status=200)
        return await cloud.process(request, bot) or web.Response(status=200)

    await serve(messages, port)


if __name__ == "__main__":
    run(main, sys.argv[1:])
