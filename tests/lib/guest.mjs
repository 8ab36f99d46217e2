// Somebody who was invited: how they come in, and what they ask with their own cookie.

import assert from 'node:assert/strict';

import { request } from './http.mjs';
import { unwrap } from './rpc.mjs';
import { Socket } from './socket.mjs';

/// An invitation as its owner gets it.
export async function invite(server, data) {
  const answer = await request(server, 'POST', '/invitations', { data });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

/// POST /join; the answer as it is.
export function tryJoin(server, secret, name) {
  return request(server, 'POST', '/join', { token: null, data: { secret, name } });
}

export class Guest {
  constructor(server, me, cookie) {
    Object.assign(this, { server, me, cookie });
  }

  /// Invites somebody and takes the invitation for them.
  static async join(server, name, data) {
    const { secret } = await invite(server, data);
    const answer = await tryJoin(server, secret, name);
    assert.equal(answer.status, 200, answer.text);
    return new Guest(server, answer.json, answer.headers['set-cookie'][0].split(';')[0]);
  }

  #options(more = {}) {
    return { token: null, ...more, headers: { Cookie: this.cookie, ...more.headers } };
  }

  http(method, target, options) {
    return request(this.server, method, target, this.#options(options));
  }

  /// One call over HTTP, or an RpcError thrown.
  async call(workspace, method, params = {}) {
    const data = { jsonrpc: '2.0', id: 1, method, params };
    const answer = await this.http('POST', `/workspaces/${workspace}/rpc`, { data });
    assert.equal(answer.status, 200, answer.text);
    return unwrap(method, answer.json);
  }

  open(workspace) {
    return Socket.open(this.server, workspace, this.#options());
  }
}
