// Headers of nearly every test, parsed once for all layers.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "../../third_party/boost/precompiled.h"
