// Exists so that its precompiled header has a target to belong to.
