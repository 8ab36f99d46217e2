#pragma once

#include "storage/files/file_change.h"

namespace coditect::workspace {

using files::apply_splice;
using files::content_after;
using files::is_text;
using files::Splice;
using files::splice_between;

}  // namespace coditect::workspace
