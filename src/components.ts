import { booth } from "./booth/component.ts"
import { corosync } from "./corosync/component.ts"
import { firewall } from "./firewall/component.ts"
import { galera } from "./galera/component.ts"
import { haproxy } from "./haproxy/component.ts"
import { host } from "./host/component.ts"
import { keepalived } from "./keepalived/component.ts"
import { keystone } from "./keystone/component.ts"
import { membership } from "./membership/component.ts"
import { memcached } from "./memcached/component.ts"
import type { Component } from "./model/component.ts"
import { pacemaker } from "./pacemaker/component.ts"
import { rabbitmq } from "./rabbitmq/component.ts"
import { sbd } from "./sbd/component.ts"
import { upgrade } from "./upgrade/component.ts"
import { vip } from "./vip/component.ts"

/** Everything that haops manages, in the order in which it is asked for and told of. */
export const COMPONENTS: readonly Component[] = [
  membership,
  pacemaker,
  corosync,
  sbd,
  vip,
  booth,
  haproxy,
  keepalived,
  galera,
  rabbitmq,
  memcached,
  keystone,
  firewall,
  upgrade,
  host,
]
