#!/usr/bin/env node
// A server made with the official SDK, over its standard streams.

import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

import { makeServer } from './sdk-server.mjs';

await makeServer().connect(new StdioServerTransport());
