"""The routes of the product with those that it has in DEBUG only."""

from erp import developpement, urls

handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)
urlpatterns = [*urls.urlpatterns, *developpement.ROUTES]
