// Budgets as somebody reads them who has only the log.

import assert from 'node:assert/strict';

/// Billionths of a dollar: exact.
export const nanos = (usd) => Math.round((usd ?? 0) * 1e9);

/// What the log says about money: limits, sums by scope, and reservations. `audit` also fails at
/// the first event after which a budget is passed.
export class Books {
  limits = new Map();
  parents = new Map();
  calls = new Map();
  spent = new Map();
  totalSpent = 0;

  /// Reads all events; at each of them no scope may have used more than its limit, unless the limit
  /// was set below what was used already.
  static audit(events) {
    const books = new Books();
    const allowed = new Map();
    for (const event of events) {
      books.#read(event);
      if (!/^(budget_|usage_)/.test(event.type)) continue;
      for (const scope of books.scopes()) {
        const limit = books.limit(scope);
        const used = books.used(scope);
        if (limit === undefined) {
          allowed.delete(scope);
          continue;
        }
        const most = Math.max(
          limit,
          event.type === 'budget_set' ? used : (allowed.get(scope) ?? 0),
        );
        assert.ok(used <= most, `${scope} at seq ${event.seq}: ${used} of ${most} are used`);
        allowed.set(scope, Math.max(limit, used));
      }
    }
    return books;
  }

  scopes() {
    const all = new Set(this.spent.keys());
    for (const call of this.calls.values()) for (const scope of call.scopes) all.add(scope);
    return all;
  }
  limit(scope) {
    return this.limits.get(scope.startsWith('day:') ? 'day' : scope);
  }
  #sum(scope, part) {
    let sum = 0;
    for (const call of this.calls.values()) if (call.scopes.includes(scope)) sum += call[part];
    return sum;
  }
  reserved(scope) {
    return this.#sum(scope, 'reserved');
  }
  unsettled(scope) {
    return this.#sum(scope, 'unsettled');
  }
  used(scope) {
    return (this.spent.get(scope) ?? 0) + this.reserved(scope) + this.unsettled(scope);
  }

  #read({ type, ts, task, data }) {
    if (type === 'task_queued') this.#queue(task, data);
    if (type === 'budget_set') this.#limit(data.scope, data.limit_usd);
    if (type === 'budget_reserved') this.#reserve(task, data);
    if (type === 'budget_settled') this.#end(data.id, data);
    if (type !== 'usage_recorded') return;
    if (data.reservation === undefined) {
      assert.equal(
        data.cost_usd,
        null,
        `a call of ${data.model} was paid for without a reservation`,
      );
      return;
    }
    this.totalSpent += nanos(data.cost_usd);
    for (const scope of this.#end(data.reservation, data).scopes) {
      this.spent.set(scope, (this.spent.get(scope) ?? 0) + nanos(data.cost_usd));
    }
    assert.match(ts, /Z$/);
  }
  #queue(task, data) {
    this.parents.set(task, data.parent);
    if (data.budget_usd !== undefined) this.#limit(`task:${task}`, data.budget_usd);
  }
  #limit(scope, usd) {
    if (usd === undefined) this.limits.delete(scope);
    else this.limits.set(scope, nanos(usd));
  }
  #reserve(task, data) {
    let call = this.calls.get(data.id);
    if (call === undefined) {
      const scopes = ['workspace', `agent:${data.agent}`, `day:${data.day}`];
      for (let at = task; at !== undefined; at = this.parents.get(at)) scopes.push(`task:${at}`);
      call = { reserved: 0, unsettled: 0, scopes };
      this.calls.set(data.id, call);
    }
    call.reserved += nanos(data.amount_usd);
  }
  #end(id, data) {
    const call = this.calls.get(id);
    assert.ok(call, `${id} ends and was never reserved`);
    call.reserved = 0;
    call.unsettled = nanos(data.unsettled_usd);
    return call;
  }
}

/// The budgets that cost.summary tells are those of the log.
export function assertBudgetsAreTheLogs(summary, books) {
  for (const row of summary.budgets) {
    const scope = row.scope === 'day' ? `day:${row.day}` : row.scope;
    assert.equal(nanos(row.spent_usd), books.spent.get(scope) ?? 0, `${scope}: spent`);
    assert.equal(nanos(row.reserved_usd), books.reserved(scope), `${scope}: reserved`);
    assert.equal(nanos(row.unsettled_usd), books.unsettled(scope), `${scope}: unsettled`);
    const limit = books.limit(scope);
    assert.equal(row.limit_usd === undefined ? undefined : nanos(row.limit_usd), limit, scope);
    if (limit === undefined) continue;
    assert.equal(nanos(row.left_usd), Math.max(0, limit - books.used(scope)), `${scope}: left`);
  }
}
