import type { LabNode } from "./node.ts"

const ASK = `import socket, sys
at = socket.socket(socket.AF_UNIX)
at.connect("/var/lib/haproxy/stats")
at.sendall(sys.argv[1].encode() + b"\\n")
while part := at.recv(65536): sys.stdout.buffer.write(part)
`

/** What a node's haproxy says to a command of its runtime socket. */
export async function haproxyAsked(node: LabNode, command: string): Promise<string> {
  await node.write("/root/ask-haproxy.py", ASK)
  return await node.must(`python3 /root/ask-haproxy.py '${command}'`)
}
