// One HTTP request, sent exactly as given: no URL clean-up, no redirects, any Host.

import http from 'node:http';

const kAnswerMs = 60_000;

/// Sends `method path` and resolves to {status, headers, text, json}. `json` is undefined when the
/// body is not JSON. `token: null` sends no Authorization; `body` is sent as it is, `data` as JSON.
/// A body that the server refuses to read to its end still resolves, if an answer was sent.
export function request(server, method, target, options = {}) {
  const { hostname, port } = new URL(server.url);
  const headers = { ...options.headers };
  const token = options.token === undefined ? server.token : options.token;
  if (token !== null) headers.Authorization ??= `Bearer ${token}`;
  let body = options.body;
  if (options.data !== undefined) {
    body = JSON.stringify(options.data);
    headers['Content-Type'] ??= 'application/json';
  }
  if (body !== undefined) headers['Content-Length'] ??= Buffer.byteLength(body);
  return new Promise((resolve, reject) => {
    const call = http.request({ hostname, port, method, path: target, headers, agent: false });
    call.setTimeout(kAnswerMs, () => call.destroy(new Error(`no answer to ${method} ${target}`)));
    let answered = false;
    call.on('response', (response) => {
      answered = true;
      collect(response).then(resolve, reject);
    });
    call.on('error', (error) => {
      if (!answered) reject(error);
    });
    call.end(body);
  });
}

function collect(response) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    const finish = () => {
      const text = Buffer.concat(chunks).toString();
      resolve({
        status: response.statusCode,
        headers: response.headers,
        text,
        json: parse(text),
      });
    };
    response.on('data', (chunk) => chunks.push(chunk));
    response.on('end', finish);
    response.on('error', (error) => (chunks.length > 0 ? finish() : reject(error)));
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
