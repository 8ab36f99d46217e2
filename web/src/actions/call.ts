import type { MethodName, ParamsOf, ResultOf } from '../protocol/methods';

/** Calls a JSON-RPC method of the workspace; rejects with a Failure. */
export type Call = <Name extends MethodName>(
  method: Name,
  params: ParamsOf<Name>,
) => Promise<ResultOf<Name>>;
