/**
 * A client of RabbitMQ in nothing but Python's own library: it publishes to a quorum queue, waits for the broker's word, and consumes, each
 * again and again. Like OpenStack's it keeps its connection, and goes to the next host when that ends. What it reads first is a line of
 * JSON: hosts, user, password, vhost, queue. AMQP 0-9-1, its frames and methods by number.
 */
export const DRILL_CLIENT = `import json, os, socket, struct, sys, threading, time
want = json.loads(sys.stdin.readline())
stop = threading.Event()
def wait():
    sys.stdin.read()
    stop.set()
threading.Thread(target=wait, daemon=True).start()
def now(): return int(time.time() * 1000)
def say(*words): print(*words, flush=True)
def short(text): return bytes([len(text.encode())]) + text.encode()
def long(data): return struct.pack(">I", len(data)) + data
class Client:
    def __init__(self, host):
        self.socket = socket.create_connection((host, want["port"]), 2)
        self.socket.settimeout(3)
        self.file = self.socket.makefile("rb")
        self.socket.sendall(b"AMQP\\0\\0\\x09\\x01")
        self.expect(10, 10)
        login = ("\\0%s\\0%s" % (want["user"], want["password"])).encode()
        self.method(0, 10, 11, long(b"") + short("PLAIN") + long(login) + short("en_US"))
        tune = self.expect(10, 30)
        self.method(0, 10, 31, tune[:6] + b"\\0\\0")
        self.method(0, 10, 40, short(want["vhost"]) + b"\\0\\0")
        self.expect(10, 41)
        self.method(1, 20, 10, b"\\0")
        self.expect(20, 11)
        kind = short("x-queue-type") + b"S" + long(b"quorum")
        self.method(1, 50, 10, b"\\0\\0" + short(want["queue"]) + b"\\x02" + long(kind))
        self.expect(50, 11)
        self.method(1, 85, 10, b"\\0")
        self.expect(85, 11)
    def frame(self, kind, channel, data):
        return struct.pack(">BHI", kind, channel, len(data)) + data + b"\\xce"
    def method(self, channel, family, number, data):
        self.socket.sendall(self.frame(1, channel, struct.pack(">HH", family, number) + data))
    def read(self):
        while True:
            head = self.file.read(7)
            if len(head) < 7: raise OSError("the connection has ended")
            kind, channel, size = struct.unpack(">BHI", head)
            data = self.file.read(size + 1)[:-1]
            if kind != 8: return kind, data
    def expect(self, family, *numbers):
        kind, data = self.read()
        got = struct.unpack(">HH", data[:4])
        if kind != 1 or got[0] != family or got[1] not in numbers: raise OSError("refused: %s" % data[4:90].decode("utf-8", "replace"))
        return data[4:] if len(numbers) == 1 else (got[1], data[4:])
    def publish(self, body):
        head = struct.pack(">HHQHB", 60, 0, len(body), 0x1000, 2)
        publish = struct.pack(">HH", 60, 40) + b"\\0\\0" + short("") + short(want["queue"]) + b"\\0"
        self.socket.sendall(self.frame(1, 1, publish) + self.frame(2, 1, head) + self.frame(3, 1, body))
        if self.expect(60, 80, 120)[0] != 80: raise OSError("refused by the queue")
    def get(self):
        self.method(1, 60, 70, b"\\0\\0" + short(want["queue"]) + b"\\x01")
        if self.expect(60, 71, 72)[0] == 72: return None
        self.read()
        return int(self.read()[1])
    def drop(self):
        self.method(1, 50, 40, b"\\0\\0" + short(want["queue"]) + b"\\0")
        self.expect(50, 41)
client = None
turn = 0
def connected():
    global client, turn
    if client is None:
        host = want["hosts"][turn % len(want["hosts"])]
        turn += 1
        client = Client(host)
    return client
def lose():
    global client
    if client is not None: client.socket.close()
    client = None
acknowledged, consumed = set(), set()
connected()
while client.get() is not None: pass
say("clock", now())
number = 0
while not stop.is_set():
    number += 1
    begun = now()
    try:
        connected().publish(str(number).encode())
        acknowledged.add(number)
        got = connected().get()
        if got is not None: consumed.add(got)
        say("asked", begun, now(), "ok", "message")
    except (OSError, ValueError) as error:
        lose()
        say("asked", begun, now(), "failed", " ".join(str(error).split())[:120])
    stop.wait(0.05)
for _ in range(60):
    try:
        got = connected().get()
        while got is not None:
            consumed.add(got)
            got = client.get()
        if acknowledged <= consumed: break
    except (OSError, ValueError):
        lose()
    time.sleep(1)
    if _ > 5 and client is not None: break
say("kept", len(acknowledged), len(acknowledged - consumed))
connected().drop()
`
