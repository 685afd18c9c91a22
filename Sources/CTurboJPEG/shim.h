#pragma once
#include <jconfig.h>
#include <turbojpeg.h>
