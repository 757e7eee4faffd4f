"""Puts nginx and HAProxy with TLS in front of baton serve and goes the way of DirectLineJS and Web Chat through them.

Usage: proxies.py BATON   the built executable; nginx, haproxy and openssl must be installed
"""

import asyncio
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from textwrap import dedent

import aiohttp
from aiohttp.abc import AbstractResolver
from checks import Checks

NAME = "chat.example"
PAGES = "https://pages.example"
SECRET = "interop-secret"
ASKED_HEADERS = "authorization,content-type,x-ms-bot-agent,x-requested-with"
FILE = bytes(range(256)) * 5000


class Here(AbstractResolver):
    """Finds every name on this machine."""

    async def resolve(self, host, port=0, family=socket.AF_INET):
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self):
        pass


class Page:
    """A page's calls; remembers everything that it was given."""

    def __init__(self, session, base):
        self.session = session
        self.base = base
        self.given = []
        self.token = SECRET

    async def call(self, method, path, body=None, headers=None, **more):
        url = path if path.startswith("https:") else self.base + path
        headers = {
            "Origin": PAGES,
            "Authorization": f"Bearer {self.token}",
            "x-ms-bot-agent": "DirectLine/3.0 (directlinejs 0.15.5)",
            "X-Requested-With": "XMLHttpRequest",
            **(headers or {}),
        }
        async with self.session.request(method, url, json=body, headers=headers, **more) as response:
            content = await response.read()
            if response.content_type == "application/json":
                self.given.append(content.decode())
            self.given.append(str(dict(response.headers)))
            is_json = response.content_type == "application/json"
            return response.status, response.headers, json.loads(content) if is_json else content

    async def stream(self, url):
        return await self.session.ws_connect(url, headers={"Origin": PAGES})

    async def activity(self, stream, matches):
        """The first activity that matches, and the watermark behind it."""
        while True:
            message = await asyncio.wait_for(stream.receive(), 20)
            if message.type != aiohttp.WSMsgType.TEXT:
                raise ConnectionError(f"the stream ended: {message}")
            if not message.data:
                continue
            self.given.append(message.data)
            frame = json.loads(message.data)
            for activity in frame["activities"]:
                if matches(activity):
                    return activity, frame["watermark"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_authority(work):
    """An authority, and a certificate of it for the name and for localhost."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=work, check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=interop",
            "-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", f"/CN={NAME}")
    (work / "names").write_text(f"subjectAltName=DNS:{NAME},DNS:localhost\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "server.pem", "-days", "2", "-extfile", "names")
    (work / "both.pem").write_text((work / "server.pem").read_text() + (work / "server.key").read_text())


def nginx(work, port, backend, forwards):
    location = (
        f"""
        location / {{
            proxy_pass http://baton;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
            include common;
        }}"""
        if forwards
        # As most people write it: the server sees its own address as the host.
        else f"location /talk/ {{ proxy_pass http://127.0.0.1:{backend}/; include common; }}"
    )
    (work / "common").write_text(
        """
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $baton_connection;
        proxy_read_timeout 60s;
        """
    )
    temporary = "".join(f"{kind}_temp_path {work}/{kind};" for kind in ["proxy", "fastcgi", "uwsgi", "scgi"])
    (work / "nginx.conf").write_text(
        f"""
        daemon off;
        master_process off;
        pid {work}/nginx.pid;
        error_log stderr warn;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path {work}/body;
            {temporary}
            client_max_body_size 8m;
            map $http_upgrade $baton_connection {{ default upgrade; '' ''; }}
            upstream baton {{ server 127.0.0.1:{backend}; keepalive 8; }}
            server {{
                listen 127.0.0.1:{port} ssl;
                ssl_certificate {work}/server.pem;
                ssl_certificate_key {work}/server.key;
                ssl_protocols TLSv1.2 TLSv1.3;
                {location}
            }}
        }}
        """
    )
    return ["nginx", "-p", str(work), "-c", str(work / "nginx.conf"), "-e", "stderr"]


def haproxy(work, port, backend, forwards):
    forwarded = 'http-request set-header Forwarded "proto=https;host=\\"%[req.hdr(host)]\\""' if forwards else ""
    # HAProxy takes no blanks behind the last line.
    (work / "haproxy.cfg").write_text(
        dedent(f"""
        defaults
            mode http
            timeout connect 5s
            timeout client 60s
            timeout server 60s
            timeout tunnel 60s
        frontend tls
            bind 127.0.0.1:{port} ssl crt {work}/both.pem ssl-min-ver TLSv1.2
            default_backend baton
        backend baton
            option httpchk GET /health
            http-check expect status 200
            {forwarded}
            server one 127.0.0.1:{backend} check inter 200ms
        """)
    )
    return ["haproxy", "-db", "-f", str(work / "haproxy.cfg")]


@contextmanager
def running(command, log, **more):
    with open(log, "w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **more)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


async def wait_for(log, pattern):
    for _ in range(150):
        if found := re.search(pattern, Path(log).read_text()):
            return found
        await asyncio.sleep(0.2)
    raise TimeoutError(f"{log} has no {pattern}: {Path(log).read_text()}")


async def healthy(page, url, log):
    for _ in range(150):
        try:
            status, _, body = await page.call("GET", url)
            if status == 200:
                return body
            seen = body
        except aiohttp.ClientError as error:
            seen = error
        await asyncio.sleep(0.2)
    raise TimeoutError(f"the proxy did not come up: {seen}\n{Path(log).read_text()}")


async def preflight(checks, page):
    for path in ["/conversations", "/conversations/c/activities", "/conversations/c/upload", "/tokens/refresh"]:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": ASKED_HEADERS}
        status, headers, _ = await page.call("OPTIONS", path, headers=asked)
        allowed = (status, headers.get("Access-Control-Allow-Origin"), headers.get("Access-Control-Allow-Headers"))
        checks.that(allowed == (204, PAGES, ASKED_HEADERS), f"a preflight of {path} is permitted", allowed)
    status, _, _ = await page.call("POST", "/conversations", {}, headers={"Origin": "https://evil.example"})
    checks.that(status == 403, "a page of another site is not", status)


async def talk(checks, page, public):
    streams = public.replace("https:", "wss:")
    _, _, made = await page.call("POST", "/tokens/generate", {"user": {"id": "dl_ada", "name": "Ada"}})
    page.token = made["token"]
    status, _, started = await page.call("POST", "/conversations", {"user": {"id": "dl_ada"}, "locale": "en-US"})
    checks.that(status == 201, "a conversation starts", (status, started))
    url = started["streamUrl"]
    checks.that(url.startswith(streams + "/v3/directline/"), "and is streamed by TLS below the public URL", url)
    path = f"/conversations/{started['conversationId']}"

    stream = await page.stream(url)
    await stream.send_str("")
    welcome, _ = await page.activity(stream, lambda activity: activity["from"].get("role") == "bot")
    checks.that("Robin" in welcome.get("text", ""), "the bot's welcome comes by the stream", welcome)
    sent = {"type": "message", "text": "opening hours", "from": {"id": "r_1"}, "channelData": {"clientActivityID": "1"}}
    status, _, answer = await page.call("POST", path + "/activities", sent)
    checks.that(status == 200 and answer.get("id"), "a message is taken", (status, answer))
    echo, _ = await page.activity(stream, lambda activity: activity.get("id") == answer.get("id"))
    checks.that(echo["channelData"] == sent["channelData"], "its echo comes", echo)
    reply, watermark = await page.activity(stream, lambda activity: "open" in activity.get("text", "").lower()
                                           and activity["from"].get("role") == "bot")
    checks.that(reply.get("text"), "and so does the answer", reply)

    form = aiohttp.FormData()
    attached = {"type": "message", "from": {"id": "r_1"}, "attachments": [{"name": "a.bin"}]}
    form.add_field("activity", json.dumps(attached).encode(), filename="blob",
                   content_type="application/vnd.microsoft.activity")
    form.add_field("file", FILE, filename="a.bin", content_type="application/octet-stream")
    status, _, answer = await page.call("POST", path + "/upload?userId=dl_ada", data=form)
    checks.that(status == 200, "a file of 1.3 MB is uploaded", (status, answer))
    await stream.close()

    status, _, again = await page.call("GET", f"{path}?watermark={watermark}")
    url = again["streamUrl"]
    checks.that(url.startswith(streams + "/v3/directline/"), "a stream that broke is asked for again, by TLS", url)
    stream = await page.stream(url)
    echo, _ = await page.activity(stream, lambda activity: True)
    checks.that(echo.get("id") == answer.get("id"), "and goes on behind the watermark", echo)
    link = echo["attachments"][0]["contentUrl"]
    checks.that(link.startswith(public + "/v3/attachments/"), "the file's link is below the public URL", link)
    status, _, content = await page.call("GET", link)
    checks.that((status, content) == (200, FILE), "and leads to the file, byte for byte", status)
    await stream.close()

    status, _, polled = await page.call("GET", f"{path}/activities?watermark={watermark}")
    first = polled["activities"][0]["id"]
    checks.that((status, first) == (200, answer["id"]), "polling goes on behind the watermark too", polled)
    status, _, refreshed = await page.call("POST", "/tokens/refresh")
    checks.that(status == 200 and refreshed.get("token"), "the token is refreshed", status)
    spoofed = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Forwarded": "host=evil.example"}
    status, _, again = await page.call("GET", path, headers=spoofed)
    kept = status == 400 or again.get("streamUrl", "").startswith(streams + "/v3/")
    checks.that(kept, "what the client forwards itself leads nowhere else", (status, again))
    clear = [text for text in page.given if re.search(r"\b(http|ws)://", text)]
    checks.that(not clear, f"nothing that was given ({len(page.given)} texts) leads to plain http or ws", clear)


def our_client(checks, baton, work, port):
    """baton itself as the client, by a name that this machine knows."""
    environment = {**os.environ, "HOME": str(work), "DIRECTLINE_SECRET": SECRET}
    command = [baton, "--json", "--ca", str(work / "ca.pem"), "--direct-line", f"https://localhost:{port}"]
    run = subprocess.run(command, input="opening hours\n", env=environment, capture_output=True, text=True, timeout=60)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    said = [line["activity"].get("text", "") for line in lines if line["kind"] == "activity"]
    states = [line["state"] for line in lines if line["kind"] == "connection"]
    checks.that(run.returncode == 0 and any("We are open" in text for text in said), "baton chats through it", run)
    checks.that("online" in states and "polling" not in states, "over the stream", states)


async def behind(checks, baton, work, proxy, forwards):
    port, backend = free_port(), free_port()
    prefix = "/talk" if proxy is nginx and not forwards else ""
    public = f"https://{NAME}:{port}{prefix}"
    options = ["--trusted-proxy", "127.0.0.1", "--allow-host", NAME] if forwards else ["--public-url", public]
    serve = [baton, "serve", "--agent", "none", "--port", str(backend), "--allow-origin", PAGES, *options]
    trust = ssl.create_default_context(cafile=str(work / "ca.pem"))
    with ExitStack() as programs:
        environment = {**os.environ, "HOME": str(work), "BATON_SECRET": SECRET}
        programs.enter_context(running(serve, work / "serve.log", env=environment))
        await wait_for(work / "serve.log", "Ctrl-C stops")
        programs.enter_context(running(proxy(work, port, backend, forwards), work / "proxy.log"))
        connector = aiohttp.TCPConnector(resolver=Here(), ssl=trust)
        async with aiohttp.ClientSession(connector=connector) as session:
            page = Page(session, public + "/v3/directline")
            health = await healthy(page, public + "/health", work / "proxy.log")
            checks.that(health["status"] == "ok", "health is told through it, without a credential", health)
            await preflight(checks, page)
            await talk(checks, page, public)
        if forwards:
            our_client(checks, baton, work, port)
        if checks.failed:
            print((work / "serve.log").read_text(), (work / "proxy.log").read_text(), file=sys.stderr)


async def main():
    baton = os.path.abspath(sys.argv[1])
    checks = Checks()
    for proxy in [nginx, haproxy]:
        for forwards in [False, True]:
            print(f"-- {proxy.__name__}, " + ("trusted, with forwarded headers" if forwards else "by --public-url"))
            with tempfile.TemporaryDirectory() as folder:
                make_authority(Path(folder))
                await behind(checks, baton, Path(folder), proxy, forwards)
    checks.finish()


asyncio.run(main())
