"""Loads a server from a process of its own, so that whoever measures is not held up by it.

Usage: load.py pings STREAM_URL COUNT
       load.py readers BASE CONVERSATION COUNT SECONDS
       load.py posts BASE CONVERSATION SECONDS BYTES
       load.py typing BASE COUNT CONVERSATIONS
       load.py fill BASE CONVERSATION COUNT BYTES
"""

import asyncio
import base64
import os
import select
import socket
import struct
import sys
import time
import urllib.parse

import aiohttp


def connected(url, receive=None):
    at = urllib.parse.urlsplit(url)
    client = socket.socket()
    if receive:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    client.connect((at.hostname, at.port))
    return client, at


def upgrade(url, receive=None):
    client, at = connected(url, receive)
    key = base64.b64encode(os.urandom(16)).decode()
    client.sendall(
        f"GET {at.path}?{at.query} HTTP/1.1\r\nHost: {at.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return client


def pings(url, count):
    """Sends pings and never reads."""
    client = upgrade(url, 4096)
    time.sleep(1)
    client.setblocking(False)
    payload = b"p" * 16
    mask = b"\0\0\0\0"
    frame = struct.pack("!BB", 0x89, 0x80 | len(payload)) + mask + payload
    left = memoryview(frame * count)
    sent = 0
    while sent < len(left):
        # A server that reads no more has done what it can.
        if not select.select([], [client], [], 5)[1]:
            break
        sent += client.send(left[sent : sent + (1 << 20)])
    print(f"{sent // len(frame)} pings taken", flush=True)
    time.sleep(3)


async def stream_url(session, base, conversation, watermark):
    async with session.get(f"{base}/conversations/{conversation}?watermark={watermark}") as response:
        return (await response.json())["streamUrl"]


async def readers(base, conversation, count, seconds):
    """Half of them poll and half of them stream, all at 1 KB a second."""
    clients = []
    async with aiohttp.ClientSession() as session:
        for number in range(count):
            if number % 2:
                clients.append(upgrade(await stream_url(session, base, conversation, 0), 4096))
            else:
                client, at = connected(base, 4096)
                path = f"{at.path}/conversations/{conversation}/activities"
                client.sendall(f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode())
                clients.append(client)
            await asyncio.sleep(0.005)
    end = time.monotonic() + seconds
    read = 0
    for client in clients:
        client.setblocking(False)
    while time.monotonic() < end:
        began = time.monotonic()
        for client in clients:
            try:
                read += len(client.recv(1024))
            except BlockingIOError:
                pass
        await asyncio.sleep(max(0, 1 - (time.monotonic() - began)))
    print(f"{count} readers have read {read // 1024} KB", flush=True)


async def post(session, base, conversation, activity, counts):
    url = f"{base}/conversations/{conversation}/activities"
    try:
        async with session.post(url, json={"from": {"id": "ada"}, **activity}) as response:
            await response.read()
            counts[response.status] = counts.get(response.status, 0) + 1
            return response.status
    except aiohttp.ClientError:
        counts["cut off"] = counts.get("cut off", 0) + 1


def padded(size):
    return {"type": "message", "text": "hello", "value": {"padding": "x" * size}}


async def posts(base, conversation, seconds, size):
    """Posts on 16 connections as fast as they are answered, whatever the answer."""
    counts, end = {}, time.monotonic() + seconds
    async with aiohttp.ClientSession() as session:

        async def one():
            while time.monotonic() < end:
                await post(session, base, conversation, padded(size), counts)

        await asyncio.gather(*(one() for _ in range(16)))
    print(f"answers: {counts}", flush=True)


async def typing(base, count, conversations):
    counts = {}
    async with aiohttp.ClientSession() as session:
        ids = []
        for _ in range(conversations):
            async with session.post(base + "/conversations", json={"user": {"id": "ada"}}) as response:
                ids.append((await response.json())["conversationId"])

        async def one(first):
            for number in range(first, count, 16):
                await post(session, base, ids[number % len(ids)], {"type": "typing"}, counts)

        await asyncio.gather(*(one(first) for first in range(16)))
    print(f"answers: {counts}", flush=True)


async def fill(base, conversation, count, size):
    counts = {}
    async with aiohttp.ClientSession() as session:

        async def one(first):
            for _ in range(first, count, 4):
                while await post(session, base, conversation, padded(size), counts) == 429:
                    await asyncio.sleep(0.2)

        await asyncio.gather(*(one(first) for first in range(4)))
    print(f"answers: {counts}", flush=True)


if __name__ == "__main__":
    kind, where, *rest = sys.argv[1:]
    done = globals()[kind](where, *(int(one) if one.isdigit() else one for one in rest))
    if done is not None:
        asyncio.run(done)
