package dev.latchkey.gateway.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Pagination as GitHub does it: {@code per_page} and {@code page}, and absolute links to the neighbours. */
final class Page {

    private static final int DEFAULT_SIZE = 30;
    private static final int LARGEST = 100;

    private Page() {}

    static Reply of(Call call, String apiHost, List<?> all) {
        int size = Math.max(1, Math.min(LARGEST, number(call, "per_page", DEFAULT_SIZE)));
        int page = Math.max(1, number(call, "page", 1));
        int last = Math.max(1, (all.size() + size - 1) / size);
        int from = Math.min(all.size(), (page - 1) * size);
        Reply reply = Reply.json(200, all.subList(from, Math.min(all.size(), from + size)));
        List<String> links = links(call, apiHost, page, last);
        return links.isEmpty() ? reply : reply.with("Link", String.join(", ", links));
    }

    private static List<String> links(Call call, String apiHost, int page, int last) {
        List<String> links = new ArrayList<>();
        if (page > 1) {
            links.add(link(call, apiHost, page - 1, "prev"));
        }
        if (page < last) {
            links.add(link(call, apiHost, page + 1, "next"));
            links.add(link(call, apiHost, last, "last"));
        }
        if (page > 1) {
            links.add(link(call, apiHost, 1, "first"));
        }
        return links;
    }

    private static String link(Call call, String apiHost, int page, String relation) {
        Map<String, String> query = new LinkedHashMap<>(call.queryParams());
        query.put("page", String.valueOf(page));
        return "<" + apiHost + call.path() + "?" + FormFields.encode(query) + ">; rel=\"" + relation + "\"";
    }

    private static int number(Call call, String name, int otherwise) {
        try {
            String value = call.queryParam(name);
            return value == null ? otherwise : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }
}
