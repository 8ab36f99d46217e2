#pragma once

#include "base/json.h"

namespace coditect::api {

/// The OpenAPI 3.1 document of the HTTP interface. Its test checks the document itself; that the
/// handlers answer as it says is checked from outside (tests/service.test.mjs).
const json::object& openapi_document();

}  // namespace coditect::api
