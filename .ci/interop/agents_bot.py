"""A bot made with the Microsoft 365 Agents SDK for Python, to be talked to through baton.

Usage: agents_bot.py [PORT]   PORT 0 or none takes a free one; the first line printed is the messaging endpoint's URL.
"""

import asyncio
import base64
import sys
import uuid
from datetime import datetime, timezone

from aiohttp import web
from endpoint import ADAPTIVE_CARD, FILE, STREAMED, digest, received, returned, run, serve, summary
from microsoft_agents.activity import (
    ActionTypes,
    Activity,
    ActivityTypes,
    Attachment,
    AttachmentData,
    CardAction,
    ConversationParameters,
    HeroCard,
    SuggestedActions,
)
from microsoft_agents.activity import Transcript as History
from microsoft_agents.hosting.aiohttp import CloudAdapter, jwt_authorization_middleware
from microsoft_agents.hosting.core import (
    AgentApplication,
    AgentAuthConfiguration,
    AnonymousTokenProvider,
    CardFactory,
    MemoryStorage,
    MessageFactory,
    Middleware,
    TurnContext,
    TurnState,
)
from microsoft_agents.hosting.core.app import ApplicationOptions
from microsoft_agents.hosting.core.app.attachment_downloader import AttachmentDownloader
from microsoft_agents.hosting.core.authorization.connection_manager import ConnectionManager
from microsoft_agents.hosting.core.connector import ConnectorClientBase

# An anonymous bot: no app id, so that nothing on the network is asked.
SETTINGS = AgentAuthConfiguration(anonymous_allowed=True)


class Crash(Exception):
    """What nobody handles."""


def plain(activity):
    return activity.model_dump(mode="json", by_alias=True, exclude_none=True)


class Transcript(Middleware):
    """Keeps what was said, as a bot must that wants to hand a conversation over."""

    def __init__(self):
        self.activities = {}

    def of(self, conversation_id):
        return self.activities.setdefault(conversation_id, [])

    async def on_turn(self, context: TurnContext, logic):
        said = self.of(context.activity.conversation.id)
        said.append(plain(context.activity))

        async def sending(ctx, activities, next_send):
            responses = await next_send()
            for activity, response in zip(activities, responses):
                if activity.type != ActivityTypes.typing:
                    said.append({**plain(activity), "id": response.id or "g_" + uuid.uuid4().hex[:5]})
            return responses

        context.on_send_activities(sending)
        await logic(context)


class InteropBot:
    def __init__(self, adapter, transcript):
        self.adapter = adapter
        self.transcript = transcript
        self.background = set()

    async def on_members_added(self, context: TurnContext, state: TurnState):
        for member in context.activity.members_added:
            if member.id != context.activity.recipient.id:
                await context.send_activity("Welcome from Python")

    async def on_message(self, context: TurnContext, state: TurnState):
        if context.activity.attachments:
            for line in await received(context.activity.attachments):
                await context.send_activity(line)
            if context.activity.text == "download":
                for file in state.temp.input_files:
                    content = file.content
                    await context.send_activity(f"downloaded {file.filename} {len(content)} {digest(content)}")
            return
        words = (context.activity.text or "").split()
        action = getattr(self, "do_" + words[0], None) if words else None
        if action is None:
            await context.send_activity(f"You said {context.activity.text}")
        else:
            await action(context, *words[1:])

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
        # An app id that is empty is one for which a token is asked; the turn's own identity is known to be anonymous.
        identity = context.identity
        continuation = context.activity.get_conversation_reference().get_continuation_activity()

        async def speak():
            async def later(proactive_context):
                await proactive_context.send_activity("Proactive")

            await asyncio.sleep(0.2)
            await self.adapter.continue_conversation_with_claims(identity, continuation, later)

        task = asyncio.create_task(speak())
        self.background.add(task)
        task.add_done_callback(self.background.discard)
        await context.send_activity("Wait for it")

    async def do_update(self, context):
        response = await context.send_activity("Before the update")
        await context.update_activity(Activity(type=ActivityTypes.message, id=response.id, text="After the update"))

    async def do_delete(self, context):
        response = await context.send_activity("To be deleted")
        await context.delete_activity(response.id)
        await context.send_activity("Deleted")

    async def do_members(self, context):
        conversations = context.services.get(ConnectorClientBase).conversations
        conversation = context.activity.conversation.id
        members = await conversations.get_conversation_members(conversation)
        one = await conversations.get_conversation_member(conversation, context.activity.from_property.id)
        await context.send_activity(f"members {len(members)} {one.id}")

    async def do_pages(self, context):
        conversations = context.services.get(ConnectorClientBase).conversations
        paged = await conversations.get_conversation_paged_members(context.activity.conversation.id)
        await context.send_activity(f"pages {len(paged.members)}")

    async def do_history(self, context):
        conversations = context.services.get(ConnectorClientBase).conversations
        said = [Activity(type=ActivityTypes.message, text=f"long ago {number}") for number in (1, 2)]
        kept = await conversations.send_conversation_history(
            context.activity.conversation.id, History(activities=said)
        )
        await context.send_activity(f"history {bool(kept.id)}")

    async def do_elsewhere(self, context):
        """Starts another conversation with the user and goes on in it."""
        conversations = context.services.get(ConnectorClientBase).conversations
        activity = context.activity
        first, second = [Activity(type=ActivityTypes.message, text=f"elsewhere {number}") for number in (1, 2)]
        new = await conversations.create_conversation(
            ConversationParameters(
                is_group=False, agent=activity.recipient, members=[activity.from_property], activity=first
            )
        )
        await conversations.send_to_conversation(new.id, second)
        await context.send_activity(f"elsewhere {new.id}")

    async def do_file(self, context):
        """Puts a file with the channel and says where it is."""
        client = context.services.get(ConnectorClientBase)
        kept = await client.conversations.upload_attachment(
            context.activity.conversation.id,
            # This SDK leaves the encoding to the bot.
            AttachmentData(name=FILE["name"], type=FILE["type"], original_base64=base64.b64encode(FILE["content"])),
        )
        info = await client.attachments.get_attachment_info(kept.id)
        view = info.views[0]
        content = (await client.attachments.get_attachment(kept.id, "original")).read()
        where = client.attachments.get_attachment_uri(kept.id)
        await context.send_activity(
            MessageFactory.attachment(
                Attachment(content_type=info.type, content_url=where, name=info.name),
                text=f"kept {(view if isinstance(view, dict) else vars(view))['size']} {digest(content)}",
            )
        )

    async def do_stream(self, context):
        stream = context.streaming_response
        stream.queue_informative_update("Thinking")
        for part in STREAMED:
            stream.queue_text_chunk(part)
            # The SDK sends at most one part each half second and joins what comes in between.
            await asyncio.sleep(0.4)
        await stream.end_stream()

    async def do_crash(self, context):
        raise Crash("as asked")

    async def do_stumble(self, context):
        raise RuntimeError("as asked")

    async def do_human(self, context, *words):
        """Hands the conversation over, as the JavaScript and .NET SDKs' EventFactory builds the event."""
        activity = context.activity
        said = list(self.transcript.of(activity.conversation.id))
        await context.send_activity("I will find somebody")
        await context.send_activity(
            Activity(
                type=ActivityTypes.event,
                id=str(uuid.uuid4()),
                name="handoff.initiate",
                timestamp=datetime.now(timezone.utc),
                value={"Skill": "credit cards", "va_Topic": "Credit card"},
                relates_to=activity.get_conversation_reference(),
                reply_to_id=activity.id,
                conversation=activity.conversation,
                from_property=activity.from_property,
                entities=[],
                attachments=[
                    Attachment(content_type="application/json", name="Transcript", content={"activities": said})
                ],
            )
        )

    async def on_event(self, context: TurnContext, state: TurnState):
        activity = context.activity
        entries = await returned(activity.attachments)
        if entries:
            await context.send_activity(summary(entries))
        if activity.name == "handoff.status":
            await context.send_activity(f"handoff.status {(activity.value or {}).get('state')}")
        elif activity.name in ("HandoffResponse", "HandoffCompleted"):
            await context.send_activity(f"{activity.name} {activity.value}")

    async def on_invoke(self, context: TurnContext, state: TurnState):
        action = context.activity.value["action"]
        painted = f"{action['verb']} {action['data']['colour']}"
        body = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": painted}
        await context.send_activity(
            Activity(type=ActivityTypes.invoke_response, value={"status": 200, "body": body})
        )


async def main(port):
    connections = ConnectionManager(
        lambda settings: AnonymousTokenProvider(), connections_configurations={"SERVICE_CONNECTION": SETTINGS}
    )
    adapter = CloudAdapter(connection_manager=connections)
    apologise = adapter.on_turn_error

    async def on_turn_error(context, error):
        if isinstance(error, Crash):
            raise error
        await apologise(context, error)

    adapter.on_turn_error = on_turn_error
    transcript = Transcript()
    adapter.use(transcript)
    options = ApplicationOptions(
        storage=MemoryStorage(), start_typing_timer=False, file_downloaders=[AttachmentDownloader()]
    )
    agent = AgentApplication[TurnState](options, connection_manager=connections)
    bot = InteropBot(adapter, transcript)
    agent.conversation_update("membersAdded")(bot.on_members_added)
    agent.activity(ActivityTypes.message)(bot.on_message)
    agent.event()(bot.on_event)
    agent.invoke("adaptiveCard/action")(bot.on_invoke)

    async def messages(request):
        return await adapter.process(request, agent)

    application = web.Application(middlewares=[jwt_authorization_middleware])
    application["agent_configuration"] = SETTINGS
    await serve(messages, port, application)


if __name__ == "__main__":
    run(main, sys.argv[1:])
