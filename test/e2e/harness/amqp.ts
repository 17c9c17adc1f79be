import type { LabNode } from "./node.ts"

/** Works with a quorum queue `haops-test`, by the client that OpenStack's services have, from the node to itself: `channel` in Python. */
export async function amqp(node: LabNode, password: string, work: string): Promise<string> {
  const script = `import amqp
connection = amqp.Connection("${node.address}:5672", "openstack", "${password}")
connection.connect()
channel = connection.channel()
channel.queue_declare("haops-test", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
${work}
connection.close()
`
  await node.write("/root/amqp-test.py", script)
  return (await node.must("python3 /root/amqp-test.py")).trim()
}

/** Publishes to it, and returns when a majority has the message. */
export async function publish(node: LabNode, password: string, text: string): Promise<void> {
  await amqp(
    node,
    password,
    `channel.confirm_select()
channel.basic_publish_confirm(amqp.Message("${text}", delivery_mode=2), routing_key="haops-test")`,
  )
}

/** The message that is next in it. */
export async function consume(node: LabNode, password: string): Promise<string> {
  return await amqp(node, password, `print(channel.basic_get("haops-test", no_ack=True).body)`)
}
