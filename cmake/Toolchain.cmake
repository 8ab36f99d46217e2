# Warnings, sanitizers, linker and compiler cache: everything about how a file is compiled.
set(CODITECT_SANITIZE "" CACHE STRING "Sanitizers to compile in: address,undefined or thread")

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Werror -fno-omit-frame-pointer)
add_link_options(-fuse-ld=lld-19)

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  # Line tables are enough for a readable stack; full debug data doubles build time and disk.
  # -O0: optimising what the sanitizers put in takes longer than all the tests gain by it.
  add_compile_options(-gline-tables-only -O0)
else()
  # -O2: the server waits for disks and networks; -O3 only makes coroutine-heavy files slower to
  # build.
  string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
  add_compile_options(-gline-tables-only)
endif()

if(CODITECT_SANITIZE)
  add_compile_options(-fsanitize=${CODITECT_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CODITECT_SANITIZE})
  if(CODITECT_SANITIZE MATCHES "undefined")
    # A null pointer ends in a report of AddressSanitizer too. Those three checks are a quarter of
    # a build.
    add_compile_options(-fno-sanitize=null,vptr,object-size)
  endif()
endif()

# Separate compilation: Asio and Beast are compiled once (server/third_party/boost), not in every
# file.
add_compile_definitions(
  BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_COROUTINE)

find_program(CODITECT_CCACHE ccache)
if(CODITECT_CCACHE)
  set(launcher ${CMAKE_COMMAND} -E env
      "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
      ${CODITECT_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  # A time stamp inside the precompiled header would make every cached object a miss.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang$<SEMICOLON>-fno-pch-timestamp>)
endif()
