package dev.latchkey.gateway.github.pace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Numbers and names as bytes; small numbers take little room (seven bits a byte, the least first). */
final class Ink {

    private static final int LONGEST_TEXT = 1_000;

    private byte[] bytes;
    private int size;
    private int read;

    /** An empty page. */
    Ink() {
        this(new byte[256]);
    }

    /** A written one. */
    Ink(byte[] bytes) {
        this.bytes = bytes;
    }

    Ink write(long number) {
        long left = number;
        while ((left & ~0x7FL) != 0) {
            add((byte) (left & 0x7F | 0x80));
            left >>>= 7;
        }
        return add((byte) left);
    }

    Ink write(String text) {
        byte[] utf = text.getBytes(UTF_8);
        write(utf.length);
        for (byte each : utf) {
            add(each);
        }
        return this;
    }

    /** @throws BufferUnderflowException if it ends too early, as every reading here */
    long read() {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = next();
            number |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new BufferUnderflowException();
    }

    int readInt() {
        return Math.toIntExact(read());
    }

    String readText() {
        int length = readInt();
        if (length < 0 || length > LONGEST_TEXT || read + length > bytes.length) {
            throw new BufferUnderflowException();
        }
        read += length;
        return UTF_8.decode(ByteBuffer.wrap(bytes, read - length, length)).toString();
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private Ink add(byte one) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, size * 2);
        }
        bytes[size++] = one;
        return this;
    }

    private byte next() {
        if (read >= bytes.length) {
            throw new BufferUnderflowException();
        }
        return bytes[read++];
    }
}
