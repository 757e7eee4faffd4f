#ifndef BATON_CSPAWN_H
#define BATON_CSPAWN_H

#include <spawn.h>

#ifdef __linux__
/* Declared again because the feature macros of Swift's Glibc module hide it. */
/// Closes all descriptors from a number on in the program that is started.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
#endif

#endif
