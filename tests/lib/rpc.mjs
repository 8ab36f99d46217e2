// JSON-RPC errors as exceptions, and JSON-RPC over HTTP.

import assert from 'node:assert/strict';

import { request } from './http.mjs';

/// A JSON-RPC error: `kind` is what a caller acts on.
export class RpcError extends Error {
  constructor(method, error) {
    super(`${method}: ${error.message} (${error.code}, ${error.data?.kind}; ${error.data?.hint})`);
    this.code = error.code;
    this.kind = error.data?.kind;
    this.hint = error.data?.hint;
    this.data = error.data;
  }
}

/// The result of an answer, or an RpcError thrown.
export function unwrap(method, answer) {
  if (answer.error !== undefined) throw new RpcError(method, answer.error);
  return answer.result;
}

/// One call over HTTP.
export async function call(server, workspace, method, params = {}) {
  const answer = await request(server, 'POST', `/workspaces/${workspace}/rpc`, {
    data: { jsonrpc: '2.0', id: 1, method, params },
  }).catch((error) => {
    // In the stack too, which is what is printed.
    error.stack = `${method} at ${server.url}: ${error.stack}`;
    throw error;
  });
  assert.equal(answer.status, 200, `${method}: HTTP ${answer.status} ${answer.text}`);
  assert.equal(answer.json.jsonrpc, '2.0');
  assert.equal(answer.json.id, 1);
  return unwrap(method, answer.json);
}

/// Several calls in one batch; the answers in the order of the calls, errors as they are.
export async function batch(server, workspace, calls) {
  const data = calls.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params }));
  const answer = await request(server, 'POST', `/workspaces/${workspace}/rpc`, { data });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.length, calls.length);
  return answer.json.sort((a, b) => a.id - b.id);
}

/// Fails unless `promise` is refused with one of `kinds` and tells what to do about it.
export async function refused(promise, kinds, what = 'the call') {
  const wanted = [kinds].flat();
  let result;
  try {
    result = await promise;
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    assert.ok(
      wanted.includes(error.kind),
      `${what}: refused as ${error.kind}, expected ${wanted.join(' or ')}: ${error.message}`,
    );
    return error;
  }
  return assert.fail(`${what} went through: ${JSON.stringify(result)}`);
}
