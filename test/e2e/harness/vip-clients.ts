import type { LabNode } from "./node.ts"
import { until } from "./until.ts"

/** Where clients of the services go, and by which passwords. */
export interface VipAims {
  vip: string
  /** Of the database's user, of Keystone's user admin, of RabbitMQ's user openstack. */
  database: string
  admin: string
  rabbit: string
  /** RabbitMQ's members, as a client is given them. */
  hosts: readonly string[]
}

/** What became of a client's requests. */
export interface ClientReport {
  sent: number
  /** Published anew at another member, since the connection had ended: as a service's library does. */
  again: number
  /** When, in seconds since it began, and with what error: of those that were not answered as they should be. */
  failed: readonly string[]
  longestMs: number
}

export type ClientReports = Readonly<Record<"row" | "token" | "kept" | "message", ClientReport>>

/**
 * Clients as OpenStack's services are, on one node. `row` inserts by a new connection each time, `kept` by one that it keeps and asks
 * for its life before each, `token` has Keystone check a token, `message` publishes and awaits the broker's word by a connection that
 * it keeps, and goes to another member where that ends.
 */
export async function startVipClients(node: LabNode, aims: VipAims): Promise<void> {
  await node.write("/root/vip-clients.json", JSON.stringify(aims), 0o600)
  await node.write("/root/vip-clients.py", CLIENTS)
  await node.must("rm -f /root/vip-clients.out; systemd-run --quiet --unit=lab-clients python3 /root/vip-clients.py")
  await until(async () => (await node.exec("test -s /root/vip-clients.out")).code === 0, { what: "the first requests" })
}

/** Ends them. What each has seen, and which rows that were acknowledged are not there. */
export async function endVipClients(node: LabNode): Promise<{ clients: ClientReports; lost: number }> {
  await node.must("systemctl stop lab-clients")
  return JSON.parse(await node.must("cat /root/vip-clients.out"))
}

const CLIENTS = `import amqp, http.client, json, pymysql, signal, threading, time
aims = json.load(open("/root/vip-clients.json"))
out = "/root/vip-clients.out"
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
begun = time.time()
reports, rows = {}, []
TABLE = "vip_rows"
def database():
    return pymysql.connect(host=aims["vip"], user="keystone", password=aims["database"], database="keystone", autocommit=True, connect_timeout=10, read_timeout=10)
def insert(at):
    with at.cursor() as cursor:
        cursor.execute("insert into " + TABLE + " values ()")
        rows.append(cursor.lastrowid)
def row():
    at = database()
    insert(at)
    at.close()
kept = None
def alive():
    global kept
    if kept is None: kept = database()
    kept.ping(reconnect=True)
def by_kept(): insert(kept)
def keystone(method, headers, body=None):
    at = http.client.HTTPConnection(aims["vip"], 5000, timeout=30)
    at.request(method, "/v3/auth/tokens", body, headers)
    answer = at.getresponse()
    answer.read()
    at.close()
    return answer
domain = {"id": "default"}
login = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "admin", "domain": domain, "password": aims["admin"]}}}, "scope": {"project": {"name": "admin", "domain": domain}}}}
token = keystone("POST", {"content-type": "application/json"}, json.dumps(login)).headers["x-subject-token"]
def check():
    status = keystone("GET", {"x-auth-token": token, "x-subject-token": token}).status
    if status != 200: raise OSError("status %d" % status)
broker, turn = None, 0
def lose():
    global broker
    try: broker[0].close()
    except Exception: pass
    broker = None
def publish():
    global broker, turn
    if broker is None:
        host = aims["hosts"][turn % len(aims["hosts"])]
        turn += 1
        connection = amqp.Connection(host + ":5672", "openstack", aims["rabbit"], connect_timeout=5, read_timeout=10, write_timeout=10)
        connection.connect()
        channel = connection.channel()
        channel.queue_declare("haops-clients", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum", "x-max-length": 100})
        channel.confirm_select()
        broker = (connection, channel)
    broker[1].basic_publish_confirm(amqp.Message("x", delivery_mode=2), routing_key="haops-clients")
def message():
    for left in reversed(range(len(aims["hosts"]))):
        try: return publish()
        except Exception:
            lose()
            reports["message"]["again"] += 1
            if left == 0: raise
            # As oslo.messaging does before it tries another.
            stop.wait(1)
def client(name, work, pause, before=lambda: None):
    report = reports[name] = {"sent": 0, "again": 0, "failed": [], "longestMs": 0}
    while not stop.is_set():
        # An idle connection that has ended is not a request that failed.
        for _ in range(3):
            try:
                before()
                break
            except Exception: pass
        since = time.time()
        try: work()
        except Exception as error:
            report["failed"].append("%.1f %s" % (since - begun, repr(error)[:160]))
        report["sent"] += 1
        report["longestMs"] = max(report["longestMs"], int((time.time() - since) * 1000))
        stop.wait(pause)
    if name == "message" and broker is not None:
        broker[1].queue_delete("haops-clients")
        lose()
first = database()
with first.cursor() as cursor: cursor.execute("create table if not exists " + TABLE + " (id int auto_increment primary key)")
threads = [threading.Thread(target=client, args=words) for words in [("row", row, 0.02), ("kept", by_kept, 0.2, alive), ("token", check, 0.05), ("message", message, 0.05)]]
for thread in threads: thread.start()
while not all(name in reports and reports[name]["sent"] > 0 for name in ("row", "kept", "token", "message")): time.sleep(0.05)
open(out, "w").write("begun")
for thread in threads: thread.join()
with database().cursor() as cursor:
    cursor.execute("set session wsrep_sync_wait = 1")
    cursor.execute("select id from " + TABLE)
    there = {id for (id,) in cursor.fetchall()}
    cursor.execute("drop table " + TABLE)
open(out, "w").write(json.dumps({"clients": reports, "lost": len(set(rows) - there)}))
`
