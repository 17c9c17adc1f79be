import { nodeFile } from "../host/file-drift.ts"
import type { NodeFiles } from "../model/node-file.ts"
import { configFiles } from "./config.ts"
import { rabbitmqConfig } from "./steps/rabbitmq-config.ts"
import { cookieFile, rabbitmqCookie } from "./steps/rabbitmq-cookie.ts"

export const files: NodeFiles = (context) => {
  const want = rabbitmqConfig.bind!(context)
  if (want === undefined) return []
  const cookie = () => rabbitmqCookie.bind!(context)!.cookie.reveal()
  return [
    { name: "cookie", ...cookieFile(true), content: cookie, masked: "whole" },
    ...configFiles(want).map((file) => nodeFile("rabbitmq", file)),
  ]
}
