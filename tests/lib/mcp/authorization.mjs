// An authorization server, on the same port as the MCP server that it lets people into.

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';

import { HttpServer } from './http-server.mjs';

const kScope = 'tools';

/// An HttpServer that asks everybody to sign in. `issued`: the access tokens that are good.
export class GuardedServer {
  issued = new Set();
  seen = []; // every token and code, to be looked for where none may be
  codes = new Map();
  refreshes = new Set();
  refreshed = 0;

  static async start(t, { era = '2026-07-28', expiresIn = 3600, register = true } = {}) {
    const guard = new GuardedServer();
    const lets = (shown) => guard.issued.has(shown?.replace(/^Bearer /, ''));
    guard.http = await HttpServer.start(t, { era, lets });
    Object.assign(guard, { expiresIn, register });
    const { origin } = guard.http;
    const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
    guard.http.challenge = `Bearer resource_metadata="${metadata}", scope="${kScope}"`;
    guard.http.more = (request, body, answer) => guard.take(request, body, answer);
    return guard;
  }

  get url() {
    return this.http.url;
  }

  take(request, body, answer) {
    const { origin } = this.http;
    const url = new URL(request.url, origin);
    const form = new URLSearchParams(body);
    switch (url.pathname) {
      case '/.well-known/oauth-protected-resource/mcp':
        answer(200, { resource: this.url, authorization_servers: [origin] });
        return true;
      case '/.well-known/oauth-authorization-server':
        answer(200, {
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          registration_endpoint: this.register ? `${origin}/register` : undefined,
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
        });
        return true;
      case '/register': {
        const about = JSON.parse(body);
        answer(201, { ...about, client_id: 'registered' });
        return true;
      }
      case '/authorize':
        this.authorize(url.searchParams, answer);
        return true;
      case '/token':
        this.giveToken(form, answer);
        return true;
      default:
        return false;
    }
  }

  authorize(query, answer) {
    assert.equal(query.get('response_type'), 'code');
    assert.equal(query.get('code_challenge_method'), 'S256');
    assert.equal(query.get('resource'), this.url);
    assert.equal(query.get('scope'), kScope);
    const code = `code-${randomUUID()}`;
    this.seen.push(code);
    this.codes.set(code, Object.fromEntries(query));
    const back = new URL(query.get('redirect_uri'));
    for (const [name, value] of [
      ['code', code],
      ['state', query.get('state')],
      ['iss', this.http.origin],
    ]) {
      back.searchParams.set(name, value);
    }
    answer(302, undefined, { location: back.href });
  }

  giveToken(form, answer) {
    if (form.get('resource') !== this.url) return answer(400, { error: 'invalid_target' });
    if (form.get('grant_type') === 'refresh_token') {
      if (!this.refreshes.delete(form.get('refresh_token'))) {
        return answer(400, { error: 'invalid_grant' });
      }
      this.refreshed += 1;
      return this.issue(answer);
    }
    const asked = this.codes.get(form.get('code'));
    this.codes.delete(form.get('code'));
    const digest = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const good =
      asked !== undefined &&
      asked.code_challenge === digest &&
      asked.redirect_uri === form.get('redirect_uri') &&
      asked.client_id === form.get('client_id');
    if (!good) return answer(400, { error: 'invalid_grant' });
    return this.issue(answer);
  }

  issue(answer) {
    const access = `access-${randomUUID()}`;
    const refresh = `refresh-${randomUUID()}`;
    this.issued.add(access);
    this.refreshes.add(refresh);
    this.seen.push(access, refresh);
    answer(200, {
      access_token: access,
      token_type: 'Bearer',
      expires_in: this.expiresIn,
      refresh_token: refresh,
      scope: kScope,
    });
  }
}
