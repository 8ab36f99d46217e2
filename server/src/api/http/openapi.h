#pragma once

#include "base/json.h"

namespace coditect::api {

/// The OpenAPI 3.1 document of the HTTP interface, made from routes().
const json::object& openapi_document();

}  // namespace coditect::api
