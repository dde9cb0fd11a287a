/* What wire_decode() takes is encoded again to the same bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/run/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wire_frame frame;
    struct text encoded;

    memset(&frame, 0xa5, sizeof frame); /* only the type's fields may be used */
    if (wire_decode((const char *)data, size, &frame) < 0)
        return 0;
    text_init(&encoded, WIRE_FRAME_MAX);
    if (wire_encode(&frame, &encoded) != 0)
        abort();
    if (encoded.length != size || memcmp(encoded.bytes, data, size) != 0)
        abort();
    text_release(&encoded);
    return 0;
}
